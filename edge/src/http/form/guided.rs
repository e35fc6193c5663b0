//! A purchase by form that goes on at another edge, under the same key: the page that leads there, and the page that it
//! leads to. At most one hop: a form that came from another edge stays.

use doorbuster_proto::{ShopperId, Sku, SkuCode, Timestamp};
use hyper::StatusCode;

use super::answer::{Form, Shown};
use super::{login_first, order};
use crate::gate::Errand;
use crate::http::counts::Way;
use crate::http::guide::Elsewhere;
use crate::http::request::Asked;
use crate::http::respond::{Reply, see_other};
use crate::http::{Problem, Shop, fields};

const OTHER_ORIGIN: &str =
    "You are being taken there with the same request: it never buys twice. You may have to sign in there again.";

/// To the other edge. A page leads there where a redirect would be stopped by the browser.
pub(super) fn leave(
    shop: &Shop,
    asked: &Asked,
    shopper: &ShopperId,
    sku: &Sku,
    elsewhere: Elsewhere,
) -> Result<Reply, Problem> {
    shop.counts.guided_away(Way::Form);
    let guidance = shop.stock.guidance();
    if elsewhere.is_at_the_origin_of(guidance.shop(shop.stock.edge())) {
        return Ok(see_other(&elsewhere.page));
    }
    let shown = Shown::new(StatusCode::ACCEPTED, "guided", "Another of our shops has it", OTHER_ORIGIN.to_owned());
    Shown { elsewhere: Some(elsewhere.page), ..shown }.page(shop, asked, shopper, sku, None)
}

/// The page at which a purchase goes on that another edge sent here: a form with its key. A script posts it at once where
/// that edge signed for it; a link that somebody else made up waits for the button.
pub(in crate::http) fn go_on(shop: &Shop, asked: &Asked, code: &str) -> Result<Reply, Problem> {
    let code: SkuCode = code.parse().map_err(|_| Problem::NotFound)?;
    let Some(shopper) = shop.shopper(asked) else {
        return Ok(login_first(asked, asked.head.uri.path_and_query().map_or("/", |here| here.as_str())));
    };
    let sku = shop.stock.board().find(&code).map(|(_, sku)| sku).ok_or(Problem::NotFound)?;
    let malformed = || Problem::BadRequest("The query is not well encoded.".to_owned());
    let query = fields::parse(asked.head.uri.query().unwrap_or_default()).ok_or_else(malformed)?;
    let form = checked(shop, order::wanted(&query, &code)?, &shopper, &sku, asked.now);
    let goes_on = form.ticket.is_some();
    let detail = match form.units.get() {
        1 => "This shop had some a moment ago. Go on here, with the same request: it never buys twice.".to_owned(),
        units => format!(
            "This shop had some a moment ago. Go on here with your {units} units, in the same request: it never buys twice."
        ),
    };
    let shown = Shown::new(StatusCode::OK, "go-on", "Go on here", detail);
    Shown { goes_on, ..shown }.page(shop, asked, &shopper, &sku, Some(&form))
}

/// The form, with its ticket only where an edge signed it for just this purchase, and it still counts.
pub(super) fn checked(shop: &Shop, form: Form, shopper: &ShopperId, sku: &Sku, now: Timestamp) -> Form {
    let errand = Errand { sku, units: form.units, shopper, key: &form.key, target: shop.stock.edge() };
    let ticket = form.ticket.filter(|ticket| shop.gate.admits(ticket, &errand, now));
    Form { ticket, ..form }
}
