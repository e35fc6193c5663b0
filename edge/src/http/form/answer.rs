//! `answer.html`: what a shopper without scripts reads of a purchase that is not an order.

use doorbuster_proto::{EdgeId, IdempotencyKey, ShopperId, Sku, Units};
use hyper::StatusCode;
use minijinja::{Value, context};

use crate::http::Problem;
use crate::http::request::Asked;
use crate::http::respond::{self, Reply, with_retry_after};
use crate::http::shop::{Shop, render};
use crate::stock::Chance;

/// An answer in words.
pub(super) struct Shown {
    pub(super) status: StatusCode,
    pub(super) kind: &'static str,
    pub(super) title: &'static str,
    pub(super) detail: String,
    pub(super) retry_after_ms: Option<u64>,
    pub(super) chance: Option<Chance>,
    /// Another edge's page, to which this one leads.
    pub(super) elsewhere: Option<String>,
    /// Whether a script may post the form at once.
    pub(super) goes_on: bool,
}

/// A purchase as its form carries it.
pub(super) struct Form {
    pub(super) units: Units,
    pub(super) key: IdempotencyKey,
    /// The edge that sent the shopper here: nobody is sent on.
    pub(super) from: Option<EdgeId>,
    /// That edge's signature, as far as anybody looked at it.
    pub(super) ticket: Option<String>,
}

impl Shown {
    /// An answer with nothing but words.
    pub(super) fn new(status: StatusCode, kind: &'static str, title: &'static str, detail: String) -> Self {
        Self { status, kind, title, detail, retry_after_ms: None, chance: None, elsewhere: None, goes_on: false }
    }

    pub(super) fn queueing(retry_after_ms: u64, chance: Option<Chance>) -> Self {
        let detail = "None is here at this moment, but it is not sold out: stock is on its way.".to_owned();
        let shown = Self::new(StatusCode::ACCEPTED, "queueing", "You are in the queue", detail);
        Self { retry_after_ms: Some(retry_after_ms), chance, ..shown }
    }

    pub(super) fn too_few_left(retry_after_ms: u64, left: Units) -> Self {
        let are = if left == Units::ONE { "is" } else { "are" };
        let detail = format!("Only {left} {are} left: ask for fewer. More may come back.");
        let shown = Self::new(StatusCode::ACCEPTED, "queueing", "Fewer are left than you want", detail);
        Self { retry_after_ms: Some(retry_after_ms), ..shown }
    }

    pub(super) fn problem(problem: &Problem) -> Self {
        let kind = problem.kind();
        let (name, title, detail) = match problem {
            Problem::KeyReused => (
                "bad-request",
                "Already ordered",
                "This form has placed an order of another number of units before. Your orders show it.".to_owned(),
            ),
            Problem::UnknownSku => ("bad-request", kind.title, problem.detail()),
            Problem::BadRequest(_) => (kind.name, "That did not work", problem.detail()),
            _ => (kind.name, kind.title, problem.detail()),
        };
        Self { retry_after_ms: problem.retry_after_ms(), ..Self::new(kind.status, name, title, detail) }
    }

    /// The page; with a form where it makes sense to ask again.
    pub(super) fn page(
        &self,
        shop: &Shop,
        asked: &Asked,
        shopper: &ShopperId,
        sku: &Sku,
        again: Option<&Form>,
    ) -> Result<Reply, Problem> {
        let site = shop.site()?;
        let code = sku.code.as_str();
        let form = again.map(|form| {
            let from = form.from.as_ref().map(EdgeId::as_str);
            let (units, key, ticket) = (form.units.get(), form.key.as_str(), form.ticket.as_deref());
            context! { sku => code, units, key, from, ticket }
        });
        let values = context! {
            answer => self.values(),
            item => context! { sku => code, name => site.catalogue().item(sku).name },
            form,
            shopper => shopper.as_str(),
        };
        let reply = respond::html(self.status, render(&site, "answer.html", asked.root(), values)?);
        Ok(match self.retry_after_ms {
            Some(ms) => with_retry_after(reply, ms),
            None => reply,
        })
    }

    fn values(&self) -> Value {
        context! {
            kind => self.kind,
            title => self.title,
            detail => self.detail.as_str(),
            retry_after_s => self.retry_after_ms.map(respond::seconds),
            chance => self.chance.map(in_words),
            elsewhere => self.elsewhere.as_deref(),
            goes_on => self.goes_on,
        }
    }
}

/// A chance as people tell it; `assets/words.js` has the same.
fn in_words(Chance { percent }: Chance) -> String {
    match percent {
        0 => "Hardly any of those who wait now can still get one.".to_owned(),
        1..5 => format!("About {percent} in 100 who wait now can still get one."),
        5..95 => format!("About {} in 10 who wait now can still get one.", (percent + 5) / 10),
        95..100 => "Nearly everyone who waits now can still get one.".to_owned(),
        _ => "There should be enough for everyone who waits now.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_answer_has_a_kind_that_the_template_knows() {
        let kinds = ["not-started", "queueing", "sold-out", "over", "limit-reached", "too-busy", "bad-request"];
        for problem in [
            Problem::NotStarted { starts_at: doorbuster_proto::Timestamp(0) },
            Problem::SoldOut,
            Problem::Over,
            Problem::LimitReached { limit: Units::ONE },
            Problem::TooBusy { retry_after_ms: 1 },
            Problem::BadRequest(String::new()),
            Problem::KeyReused,
            Problem::UnknownSku,
        ] {
            assert!(kinds.contains(&Shown::problem(&problem).kind), "{problem:?}");
        }
    }

    #[test]
    fn whoever_wants_more_than_is_left_reads_how_many_are() {
        let detail = |left| Shown::too_few_left(500, Units::new(left).unwrap()).detail;
        assert!(detail(1).starts_with("Only 1 is left: "), "{}", detail(1));
        assert!(detail(7).starts_with("Only 7 are left: "), "{}", detail(7));
    }

    #[test]
    fn a_chance_is_told_as_it_is() {
        let words = [0, 3, 5, 31, 94, 97, 100].map(|percent| in_words(Chance { percent }));
        let tells =
            ["Hardly", "About 3 in 100", "About 1 in 10 ", "About 3 in 10 ", "About 9 in 10 ", "Nearly", "enough"];
        for (words, tells) in words.iter().zip(tells) {
            assert!(words.contains(tells), "{words}");
        }
    }
}
