//! A shopper's orders, as pages.

use hyper::StatusCode;
use minijinja::{Value, context};

use super::login_first;
use crate::http::Problem;
use crate::http::api::orders::state;
use crate::http::request::Asked;
use crate::http::respond::{Reply, html};
use crate::http::shop::{Shop, render};
use crate::pages::Catalogue;
use crate::stock::{CancelledBecause, OrderStatus, OrderView};

/// All of them.
pub(in crate::http) async fn all(shop: &Shop, asked: &Asked) -> Result<Reply, Problem> {
    let Some(shopper) = shop.shopper(asked) else { return Ok(login_first(asked, "/orders")) };
    let orders = shop.stock.orders(shopper.clone()).await?;
    let site = shop.site()?;
    let orders: Vec<Value> = orders.iter().map(|order| described(order, site.catalogue())).collect();
    let text = render(&site, "orders.html", asked.root(), context! { orders, shopper => shopper.as_str() })?;
    Ok(html(StatusCode::OK, text))
}

/// One, if it is this shopper's.
pub(in crate::http) async fn one(shop: &Shop, asked: &Asked, id: &str) -> Result<Reply, Problem> {
    let id = id.parse().map_err(|_| Problem::NotFound)?;
    let Some(shopper) = shop.shopper(asked) else { return Ok(login_first(asked, &format!("/orders/{id}"))) };
    let order = shop.stock.order(shopper.clone(), id).await?.ok_or(Problem::NotFound)?;
    let site = shop.site()?;
    let sale = &order.sku.sale;
    let values = context! {
        order => described(&order, site.catalogue()),
        shopper => shopper.as_str(),
        sale => context! { id => sale.as_str(), title => site.catalogue().title(sale) },
    };
    Ok(html(StatusCode::OK, render(&site, "order.html", asked.root(), values)?))
}

fn described(order: &OrderView, catalogue: &Catalogue) -> Value {
    let item = catalogue.item(&order.sku);
    let (state, _) = state(order.status);
    context! {
        id => order.id.to_string(),
        sku => item.sku.as_str(),
        name => item.name,
        units => order.units.get(),
        price => item.price,
        picture => item.picture,
        picture_alt => item.picture_alt,
        state,
        reason => reason(order.status),
        backorder => order.backorder,
        placed_at => order.at.whole_second().rfc3339(),
    }
}

/// Why an order came to nothing, for its shopper.
fn reason(status: OrderStatus) -> Option<&'static str> {
    let OrderStatus::Cancelled(because) = status else { return None };
    Some(match because {
        CancelledBecause::OverLimit => "you already had as many units as one shopper may have",
        CancelledBecause::NoUnit => "no unit was left for it",
        CancelledBecause::UnknownSku => "the item is not sold any more",
        CancelledBecause::KeyReused => "its form or key had already placed another order",
        CancelledBecause::Ledger => "the shop cancelled it",
    })
}
