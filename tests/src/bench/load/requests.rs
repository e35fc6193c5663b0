//! The requests of a load, made before its clock runs.

use crate::bench::tokens::Tokens;

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq, clap::Subcommand)]
pub enum Kind {
    /// The same page again and again.
    Page {
        /// The site.
        #[arg(long)]
        host: String,
        /// The path.
        #[arg(long)]
        path: String,
    },
    /// One unit for each of many shoppers.
    Orders {
        /// The key that signs their tokens.
        #[arg(long)]
        key: std::path::PathBuf,
        /// The sale.
        #[arg(long)]
        sale: String,
        /// The items, bought by turns.
        #[arg(long, value_delimiter = ',')]
        skus: Vec<String>,
        /// The number of the first shopper; nobody may have come before.
        #[arg(long)]
        first: u64,
        /// How many shoppers.
        #[arg(long)]
        count: u64,
    },
}

/// Requests, one after the other.
pub(super) struct Requests {
    made: Vec<Vec<u8>>,
    next: usize,
    again: bool,
}

impl Requests {
    pub(super) fn make(kind: &Kind, target: &str) -> anyhow::Result<Self> {
        match kind {
            Kind::Page { host, path } => Ok(Self { made: vec![page_request(host, path)], next: 0, again: true }),
            Kind::Orders { key, sale, skus, first, count } => {
                let tokens = Tokens::open(key)?;
                anyhow::ensure!(!skus.is_empty(), "--skus: expected one at least");
                let sku = |number: u64| skus[usize::try_from(number).unwrap_or_default() % skus.len()].as_str();
                let made = (*first..first + count)
                    .map(|number| Ok(order_request(target, sale, sku(number), number, &tokens.of(number)?)));
                Ok(Self { made: made.collect::<anyhow::Result<_>>()?, next: 0, again: false })
            }
        }
    }

    /// Whether requests come to an end by themselves.
    pub(super) fn end(&self) -> bool {
        !self.again
    }

    pub(super) fn next(&mut self) -> Option<&[u8]> {
        if self.again {
            return self.made.first().map(Vec::as_slice);
        }
        self.next += 1;
        self.made.get(self.next - 1).map(Vec::as_slice)
    }
}

/// A page, as a browser that wants it plain would ask.
pub fn page_request(host: &str, path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n").into_bytes()
}

/// A purchase of one unit.
pub fn order_request(host: &str, sale: &str, sku: &str, number: u64, token: &str) -> Vec<u8> {
    let body = format!(r#"{{"sku":"{sku}","units":1}}"#);
    format!(
        "POST /api/sales/{sale}/orders HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n\
         Idempotency-Key: 9b1f3c1e-6b0e-4a53-8a73-{number:012x}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shopper_comes_once_and_the_items_take_turns() {
        let folder = tempfile::tempdir().unwrap();
        let key = folder.path().join("key");
        std::fs::write(&key, "0123456789abcdef0123456789abcdef").unwrap();
        let skus = vec!["a".to_owned(), "b".to_owned()];
        let kind = Kind::Orders { key, sale: "s".into(), skus, first: 7, count: 3 };
        let mut requests = Requests::make(&kind, "h").unwrap();
        let mut texts = Vec::new();
        while let Some(request) = requests.next() {
            texts.push(String::from_utf8(request.to_vec()).unwrap());
        }
        assert_eq!(texts.len(), 3);
        assert!(texts[0].ends_with(r#"{"sku":"b","units":1}"#) && texts[1].contains(r#""sku":"a""#));
        assert!(texts[0].contains("8a73-000000000007") && texts[0].contains("Content-Length: 21\r\n"));
        let token = |text: &str| text.split("Bearer ").nth(1).unwrap().split('\r').next().unwrap().to_owned();
        assert_ne!(token(&texts[0]), token(&texts[1]));
    }

    #[test]
    fn a_page_is_asked_for_again_and_again() {
        let kind = Kind::Page { host: "h".into(), path: "/p".into() };
        let mut requests = Requests::make(&kind, "ignored").unwrap();
        let first = requests.next().unwrap().to_vec();
        assert_eq!(first, b"GET /p HTTP/1.1\r\nHost: h\r\n\r\n");
        assert_eq!(requests.next().unwrap(), first);
        assert!(!requests.end());
    }
}
