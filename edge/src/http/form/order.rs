//! A purchase by form: on to the order, or a page that says why not.

use std::collections::BTreeMap;

use doorbuster_proto::{IdempotencyKey, ShopperId, Sku, SkuCode, Units};
use hyper::StatusCode;
use minijinja::{Value, context};

use super::{login_first, posted};
use crate::http::Problem;
use crate::http::request::Asked;
use crate::http::respond::{self, Reply, see_other, with_retry_after};
use crate::http::shop::{Shop, render};
use crate::stock::{Answer, Purchase};

/// A purchase's answer in words, for `answer.html`.
struct Shown {
    status: StatusCode,
    kind: &'static str,
    title: &'static str,
    detail: String,
    retry_after_ms: Option<u64>,
}

/// Buys for the cookie's shopper.
pub(in crate::http) async fn place(shop: &Shop, asked: &Asked, code: &str) -> Result<Reply, Problem> {
    let code: SkuCode = code.parse().map_err(|_| Problem::NotFound)?;
    let Some(shopper) = shop.shopper(asked) else { return Ok(login_first(&format!("/p/{code}"))) };
    let sku = shop.stock.board().find(&code).map(|(_, sku)| sku).ok_or(Problem::NotFound)?;
    let (units, key) = match wanted(&posted(asked)?, &code) {
        Ok(wanted) => wanted,
        Err(problem) => return page(shop, &shopper, &sku, &shown(&problem), None),
    };
    let purchase = Purchase { sale: sku.sale.clone(), sku: code, units, shopper: shopper.clone(), key: key.clone() };
    let problem = match shop.buy(purchase, asked.now).await {
        Ok(Answer::Reserved(order) | Answer::Pending { order, .. }) => {
            return Ok(see_other(&format!("/orders/{}", order.id)));
        }
        Ok(Answer::Queueing { retry_after_ms, .. }) => {
            return page(shop, &shopper, &sku, &queueing(retry_after_ms), Some((units, &key)));
        }
        Ok(Answer::Refused(refusal)) => refusal.into(),
        Err(busy) => busy.into(),
    };
    page(shop, &shopper, &sku, &shown(&problem), Some((units, &key)))
}

/// Units and key of the form. Without a key, one item is one purchase: a second click is a repeat.
fn wanted(fields: &BTreeMap<String, String>, code: &SkuCode) -> Result<(Units, IdempotencyKey), Problem> {
    let bad = |what: String| Problem::BadRequest(what);
    let units = fields.get("units").map_or(Ok(1), |text| text.trim().parse::<u64>());
    let units = units.map_err(|_| bad("The number of units must be a whole number of at least one.".to_owned()))?;
    let units = Units::some(units).map_err(|error| bad(format!("The number of units: {error}.")))?;
    let key = match fields.get("key").filter(|key| !key.is_empty()) {
        Some(key) => key.parse().map_err(|error| bad(format!("The key: {error}.")))?,
        None => form_key(code),
    };
    Ok((units, key))
}

fn form_key(code: &SkuCode) -> IdempotencyKey {
    let plain = IdempotencyKey::new(&format!("form-{code}"));
    // The longest codes leave no room for the prefix; their hash does.
    plain.unwrap_or_else(|_| {
        let hash = blake3::hash(code.as_str().as_bytes()).to_hex();
        IdempotencyKey::new(&format!("form-{}", &hash[..32])).expect("hex is visible and short")
    })
}

fn queueing(retry_after_ms: u64) -> Shown {
    Shown {
        status: StatusCode::ACCEPTED,
        kind: "queueing",
        title: "You are in the queue",
        detail: "None is here at this moment, but it is not sold out: stock is on its way.".to_owned(),
        retry_after_ms: Some(retry_after_ms),
    }
}

fn shown(problem: &Problem) -> Shown {
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
    Shown { status: kind.status, kind: name, title, detail, retry_after_ms: problem.retry_after_ms() }
}

fn page(
    shop: &Shop,
    shopper: &ShopperId,
    sku: &Sku,
    shown: &Shown,
    again: Option<(Units, &IdempotencyKey)>,
) -> Result<Reply, Problem> {
    let site = shop.site()?;
    let code = sku.code.as_str();
    let form = again.map(|(units, key)| context! { sku => code, units => units.get(), key => key.as_str() });
    let values = context! {
        answer => answer(shown),
        item => context! { sku => code, name => site.catalogue().item(sku).name },
        form,
        shopper => shopper.as_str(),
    };
    let reply = respond::html(shown.status, render(&site, "answer.html", values)?);
    Ok(match shown.retry_after_ms {
        Some(ms) => with_retry_after(reply, ms),
        None => reply,
    })
}

fn answer(shown: &Shown) -> Value {
    context! {
        kind => shown.kind,
        title => shown.title,
        detail => shown.detail.as_str(),
        retry_after_s => shown.retry_after_ms.map(respond::seconds),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::fields::parse;

    fn read(form: &str) -> Result<(u64, String), Problem> {
        let wanted = wanted(&parse(form).unwrap(), &"mug".parse().unwrap())?;
        Ok((wanted.0.get(), wanted.1.to_string()))
    }

    #[test]
    fn a_form_without_a_key_is_one_purchase_of_the_item() {
        assert_eq!(read(""), Ok((1, "form-mug".into())));
        assert_eq!(read("units=2&key="), Ok((2, "form-mug".into())));
        assert_eq!(read("units=2&key=abc"), Ok((2, "abc".into())));
    }

    #[test]
    fn the_longest_codes_have_keys_of_their_own() {
        let key = |last: char| form_key(&format!("{}{last}", "a".repeat(63)).parse().unwrap());
        assert_ne!(key('x'), key('y'));
        assert_eq!(key('x'), key('x'));
    }

    #[test]
    fn a_bad_form_is_a_bad_request() {
        for bad in
            ["units=0", "units=-1", "units=1.5", "units=", "units=99999999999999999999", "key=a%20b", "key=%C3%A4"]
        {
            assert!(matches!(read(bad), Err(Problem::BadRequest(_))), "{bad}");
        }
    }

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
            assert!(kinds.contains(&shown(&problem).kind), "{problem:?}");
        }
    }
}
