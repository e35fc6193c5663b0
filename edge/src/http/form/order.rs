//! A purchase by form: on to the order, to another edge that has it, or a page that says why not.

use std::collections::BTreeMap;

use doorbuster_proto::{IdempotencyKey, SkuCode, Units};

use super::answer::{Form, Shown};
use super::{guided, login_first, posted};
use crate::http::request::Asked;
use crate::http::respond::{Reply, see_other};
use crate::http::{Problem, Shop};
use crate::stock::{Answer, Purchase};

/// Buys for the cookie's shopper.
pub(in crate::http) async fn place(shop: &Shop, asked: &Asked, code: &str) -> Result<Reply, Problem> {
    let code: SkuCode = code.parse().map_err(|_| Problem::NotFound)?;
    let Some(shopper) = shop.shopper(asked) else { return Ok(login_first(asked, &format!("/p/{code}"))) };
    let sku = shop.stock.board().find(&code).map(|(_, sku)| sku).ok_or(Problem::NotFound)?;
    let form = match wanted(&posted(asked)?, &code) {
        Ok(form) => guided::checked(shop, form, &shopper, &sku, asked.now),
        Err(problem) => return Shown::problem(&problem).page(shop, asked, &shopper, &sku, None),
    };
    let (sale, units, key) = (sku.sale.clone(), form.units, form.key.clone());
    let purchase = Purchase { sale, sku: code, units, shopper: shopper.clone(), key };
    let outcome = shop.buy(purchase, asked.now).await;
    if form.ticket.is_some() {
        shop.counts.answered_guided(&outcome.answer);
    }
    if let Some(elsewhere) = outcome.elsewhere.filter(|_| form.from.is_none()) {
        return guided::leave(shop, asked, &shopper, &sku, elsewhere);
    }
    let shown = match outcome.answer {
        Ok(Answer::Reserved(order) | Answer::Pending { order, .. }) => {
            return Ok(see_other(&format!("{}/orders/{}", asked.root(), order.id)));
        }
        Ok(Answer::Queueing { retry_after_ms, only_left: Some(left), .. }) => Shown::too_few_left(retry_after_ms, left),
        Ok(Answer::Queueing { retry_after_ms, chance, .. }) => Shown::queueing(retry_after_ms, chance),
        Ok(Answer::Refused(refusal)) => Shown::problem(&refusal.into()),
        Err(busy) => Shown::problem(&busy.into()),
    };
    shown.page(shop, asked, &shopper, &sku, Some(&form))
}

/// What a form wants. Without a key, one item is one purchase: a second click is a repeat.
pub(super) fn wanted(fields: &BTreeMap<String, String>, code: &SkuCode) -> Result<Form, Problem> {
    let bad = |what: String| Problem::BadRequest(what);
    let units = fields.get("units").map_or(Ok(1), |text| text.trim().parse::<u64>());
    let units = units.map_err(|_| bad("The number of units must be a whole number of at least one.".to_owned()))?;
    let units = Units::some(units).map_err(|error| bad(format!("The number of units: {error}.")))?;
    let key = match fields.get("key").filter(|key| !key.is_empty()) {
        Some(key) => key.parse().map_err(|error| bad(format!("The key: {error}.")))?,
        None => form_key(code),
    };
    let from = fields.get("from").and_then(|edge| edge.parse().ok());
    Ok(Form { units, key, from, ticket: fields.get("ticket").cloned() })
}

fn form_key(code: &SkuCode) -> IdempotencyKey {
    let plain = IdempotencyKey::new(&format!("form-{code}"));
    // The longest codes leave no room for the prefix; their hash does.
    plain.unwrap_or_else(|_| {
        let hash = blake3::hash(code.as_str().as_bytes()).to_hex();
        IdempotencyKey::new(&format!("form-{}", &hash[..32])).expect("hex is visible and short")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::fields::parse;

    fn read(form: &str) -> Result<(u64, String), Problem> {
        let form = wanted(&parse(form).unwrap(), &"mug".parse().unwrap())?;
        Ok((form.units.get(), form.key.to_string()))
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
    fn a_form_says_whether_another_edge_sent_it() {
        let from = |form| wanted(&parse(form).unwrap(), &"mug".parse().unwrap()).unwrap().from;
        assert_eq!(from("units=1&from=edge-2"), Some("edge-2".parse().unwrap()));
        assert_eq!(from("units=1"), None);
    }
}
