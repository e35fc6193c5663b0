//! A purchase that is taken from the bytes of its head and its body, and answered without a map of fields. What is unusual
//! about one goes the long way, where every fault has its words.

use bytes::Bytes;
use doorbuster_config::clock;
use doorbuster_http_core::Head;
use doorbuster_proto::Timestamp;
use hyper::StatusCode;

use crate::http::api::place::{self, ORDERS, Told};
use crate::http::guide::Outcome;
use crate::http::h1::Sheet;
use crate::http::live::Live;
use crate::http::request::BODY_BYTES_MAX;
use crate::http::service::{Peer, Posted, WriteAnswer};
use crate::http::{Problem, Shop, origin, respond};
use crate::ids::{REQUEST_ID, RequestId};
use crate::stock::{Answer, Purchase};

/// A purchase that the stock must be asked about.
#[derive(Debug)]
pub(in crate::http) struct Errand {
    purchase: Purchase,
    carries: Carries,
    now: Timestamp,
}

/// A purchase's answer.
#[derive(Debug)]
pub(in crate::http) struct PurchaseAnswer {
    said: Result<Told, Problem>,
    carries: Carries,
}

/// What an answer carries besides.
#[derive(Debug)]
struct Carries {
    id: RequestId,
    hsts: Option<Bytes>,
}

/// Takes a purchase. `None`: not one, or not one of the usual form.
pub(super) fn take(
    shop: &Shop,
    live: &Live,
    head: &Head<'_>,
    body: &[u8],
    peer: Peer,
) -> Option<Posted<PurchaseAnswer, Errand>> {
    let sale = sale(head).filter(|_| body.len() <= BODY_BYTES_MAX && live.sites.site(head.host).is_none())?;
    if origin::is_cross_site(head.headers) {
        return None;
    }
    let now = clock::now();
    let purchase = place::read(shop, head.headers, body, sale, now).ok()?;
    let carries = Carries {
        id: RequestId::of(head.headers, live.trust.believes(peer.address)),
        hsts: live.hsts.as_ref().filter(|_| peer.secure).map(|hsts| hsts.line.clone()),
    };
    Some(match shop.refused(&purchase, now) {
        Some(refusal) => {
            let outcome = shop.outcome(Ok(Answer::Refused(refusal)), &purchase, now);
            Posted::Answered(PurchaseAnswer::of(shop, outcome, carries))
        }
        None => Posted::Begun(Errand { purchase, carries, now }),
    })
}

/// Asks the stock.
pub(super) async fn finish(shop: &Shop, errand: Errand) -> PurchaseAnswer {
    PurchaseAnswer::of(shop, shop.buy_of_stock(errand.purchase, errand.now).await, errand.carries)
}

/// The sale in which something is bought by a target that is a plain path. What is no sale's name is found out by looking for it.
fn sale<'h>(head: &Head<'h>) -> Option<&'h str> {
    let sale = head.target.strip_prefix("/api/sales/")?.strip_suffix("/orders")?;
    (head.method == "POST" && !sale.contains(['/', '%', '?', '#'])).then_some(sale)
}

impl PurchaseAnswer {
    fn of(shop: &Shop, outcome: Outcome, carries: Carries) -> Self {
        Self { said: Told::of(shop, outcome), carries }
    }

    pub(super) fn status(&self) -> StatusCode {
        self.said.as_ref().map_or_else(|problem| problem.kind().status, |said| said.status)
    }
}

impl WriteAnswer for PurchaseAnswer {
    fn write(&self, mut sheet: Sheet<'_>) {
        sheet.lines(&respond::started(self.status(), self.said.is_ok()));
        let retry_after_ms = match &self.said {
            Ok(said) => {
                if let Some(order) = said.order {
                    sheet.field("location", &[ORDERS.as_bytes(), &order.hex()]);
                }
                said.retry_after_ms
            }
            Err(problem) => problem.retry_after_ms(),
        };
        if let Some(ms) = retry_after_ms {
            sheet.number("retry-after", respond::seconds(ms));
        }
        sheet.field(REQUEST_ID.as_str(), &[self.carries.id.as_str().as_bytes()]);
        if let Some(line) = &self.carries.hsts {
            sheet.lines(line);
        }
        match &self.said {
            Ok(said) => sheet.finish(&said.body),
            Err(problem) => sheet.finish(&problem.body()),
        }
    }
}
