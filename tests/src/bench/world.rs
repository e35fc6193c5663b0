//! Everything that is measured, started and ready: the edge, the incumbent, floors and null answers.

use std::cell::Cell;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::beside::Server;
use super::exchange::{Exchange, exchange, exchange_tls};
use super::likeness::Likeness;
use super::load::{Kind, order_request, page_request};
use super::ours::{Ours, SALE, SOLD_OUT, skus};
use super::outcome::Outcome;
use super::peer::{Headers, Peer, Work as PeerWork};
use super::ports::Port;
use super::rounds::Side;
use super::rows::{LARGE, Page, SMALL, Work};
use super::settings::Settings;
use super::tally::Tally;
use super::tls::{Certificate, HOST, Trust};
use super::tokens::Tokens;

/// Both sides, and what stands beside them.
pub struct World {
    /// The edge and its allocator.
    pub ours: Ours,
    /// nginx and Redis.
    pub peer: Peer,
    /// Trusts both sides' certificate.
    pub trust: Trust,
    /// The certificate itself.
    pub certificate: Certificate,
    /// How alike the sides' answers are.
    pub likenesses: Vec<Likeness>,
    floors: [(Page, Server); 2],
    nulls: [(Work, Server); 2],
    shoppers: Cell<u64>,
    tally: Cell<Tally>,
}

impl World {
    /// Starts all of it in `folder`.
    ///
    /// # Errors
    /// Something did not start, or does not answer as it should.
    pub async fn begin(folder: &Path) -> anyhow::Result<Self> {
        let certificate = Certificate::make(folder).await?;
        let trust = Trust::in_file(&certificate.certificate)?;
        let pages = write_pages(folder)?;
        let settings =
            Settings { pages: pages.clone(), tls: Port::take()?.address(), certificate: certificate.clone() };
        let ours = Ours::start(&folder.join("ours"), &settings).await?;
        let asker = Asker { tokens: Tokens::open(&ours.token_key())?, trust: trust.clone(), shoppers: Cell::new(0) };
        asker.buy(ours.plain, SOLD_OUT).await?.expect(201)?;
        ours.sold_out(SOLD_OUT).await?;

        let [small, large] = [asker.page(ours.plain, SMALL).await?, asker.page(ours.plain, LARGE).await?];
        let over_tls = exchange_tls(ours.tls, &trust, &page_request(HOST, SMALL.path)).await?.expect(200)?;
        let sold_out = asker.buy(ours.plain, SOLD_OUT).await?.expect(409)?;
        let purchase = asker.buy(ours.plain, &skus()[0]).await?.expect(201)?;
        let work = PeerWork {
            sale: SALE,
            skus: &skus(),
            token_key: &ours.token_key(),
            pages: &pages,
            certificate: &certificate,
            order_headers: &Headers::of(&sold_out),
            page_headers: &Headers::of(&small),
            tls_page_headers: &Headers::of(&over_tls),
        };
        let peer = Peer::start(&folder.join("peer"), &work).await?;
        let likenesses = vec![
            Likeness::of("page of 1 KB", &small, &asker.page(peer.plain, SMALL).await?),
            Likeness::of("page of 20 KB", &large, &asker.page(peer.plain, LARGE).await?),
            Likeness::of("page over TLS", &over_tls, &asker.page_over_tls(peer.tls, SMALL).await?),
            Likeness::of("sold out", &sold_out, &asker.buy(peer.plain, SOLD_OUT).await?.expect(409)?),
            Likeness::of("purchase", &purchase, &asker.buy(peer.plain, &skus()[0]).await?.expect(201)?),
        ];
        let floors = [
            (SMALL, Server::floor(&folder.join("floor-1k"), &small.bytes).await?),
            (LARGE, Server::floor(&folder.join("floor-20k"), &large.bytes).await?),
        ];
        let nulls = [
            (Work::SoldOut, Server::null(sold_out.bytes.len()).await?),
            (Work::Purchase, Server::null(purchase.bytes.len()).await?),
        ];
        let (shoppers, mut tally) = (asker.shoppers, Tally::default());
        tally.bought(2, 1);
        Ok(Self { ours, peer, trust, certificate, likenesses, floors, nulls, shoppers, tally: Cell::new(tally) })
    }

    /// What stands beside this work.
    ///
    /// # Errors
    /// Nothing does.
    pub fn beside(&self, work: Work) -> anyhow::Result<&Server> {
        let floor = self.floors.iter().find(|(page, _)| work == Work::Page(*page)).map(|(_, server)| server);
        let null = self.nulls.iter().find(|(of, _)| *of == work).map(|(_, server)| server);
        floor.or(null).context("nothing stands beside this work")
    }

    /// Orders of so many shoppers who never came before, for what this work buys.
    pub fn orders(&self, work: Work, count: u64) -> Kind {
        let first = self.shoppers.get();
        self.shoppers.set(first + count);
        let skus = if work == Work::SoldOut { vec![SOLD_OUT.to_owned()] } else { skus() };
        Kind::Orders { key: self.ours.token_key(), sale: SALE.to_owned(), skus, first, count }
    }

    /// Remembers what shoppers were told.
    pub fn note(&self, work: Work, side: Side, outcome: &Outcome) {
        let mut tally = self.tally.get();
        tally.note(work, side, outcome);
        self.tally.set(tally);
    }

    /// Holds what shoppers were told against the books.
    ///
    /// # Errors
    /// They do not agree.
    pub async fn agree(&self) -> anyhow::Result<()> {
        self.tally.get().check(&self.ours, &self.peer).await
    }

    /// Ends all of it.
    ///
    /// # Errors
    /// Something did not end.
    pub async fn end(self) -> anyhow::Result<()> {
        self.peer.stop().await?;
        self.ours.stop().await
    }
}

/// Asks one thing at a time.
struct Asker {
    tokens: Tokens,
    trust: Trust,
    shoppers: Cell<u64>,
}

impl Asker {
    async fn page(&self, target: std::net::SocketAddr, page: Page) -> anyhow::Result<Exchange> {
        whole(exchange(target, &page_request(HOST, page.path)).await?, page)
    }

    async fn page_over_tls(&self, target: std::net::SocketAddr, page: Page) -> anyhow::Result<Exchange> {
        whole(exchange_tls(target, &self.trust, &page_request(HOST, page.path)).await?, page)
    }

    /// A purchase of one unit by a shopper who never came before.
    async fn buy(&self, target: std::net::SocketAddr, sku: &str) -> anyhow::Result<Exchange> {
        let number = self.shoppers.replace(self.shoppers.get() + 1);
        let token = self.tokens.of(number)?;
        exchange(target, &order_request(&target.to_string(), SALE, sku, number, &token)).await
    }
}

fn whole(answer: Exchange, page: Page) -> anyhow::Result<Exchange> {
    let answer = answer.expect(200)?;
    let found = answer.body().len();
    anyhow::ensure!(found == page.bytes, "{}: expected {} bytes, found {found}", page.path, page.bytes);
    Ok(answer)
}

/// Pages of exactly their size.
fn write_pages(folder: &Path) -> anyhow::Result<PathBuf> {
    let pages = folder.join("pages");
    fs::create_dir_all(&pages)?;
    for page in [SMALL, LARGE] {
        fs::write(pages.join(page.path.trim_start_matches('/')), text_of(page.bytes))?;
    }
    Ok(pages)
}

fn text_of(bytes: usize) -> String {
    const HEAD: &str = "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>Bench</title>\n<p>";
    const TAIL: &str = "</p>\n";
    let words = (1..).map(|number| format!("Line {number} of a page that is measured.\n"));
    let mut text = HEAD.to_owned();
    for line in words {
        if text.len() + line.len() + TAIL.len() > bytes {
            break;
        }
        text.push_str(&line);
    }
    text.push_str(&".".repeat(bytes - TAIL.len() - text.len()));
    text + TAIL
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_exactly_its_size() {
        for page in [SMALL, LARGE] {
            let text = text_of(page.bytes);
            assert_eq!(text.len(), page.bytes);
            assert!(text.starts_with("<!doctype html>") && text.ends_with("</p>\n"));
        }
    }
}
