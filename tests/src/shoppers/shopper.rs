//! One shopper: logs in, asks, and asks again with the same key until it knows.

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::{Intent, Outcome, Told};
use crate::web::{Answer, Web};

/// The pause after a request that got no answer, at first; it doubles.
const PAUSE_MIN: Duration = Duration::from_millis(50);
/// The longest pause that a shopper makes, whatever it is told.
const PAUSE_MAX: Duration = Duration::from_secs(1);

/// How long a shopper bears what.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// From the first request to giving up.
    pub gives_up_after: Duration,
    /// After so long without any answer it goes to the next shop, with the same key. Never, where there is none.
    pub moves_after: Option<Duration>,
}

impl Default for Patience {
    fn default() -> Self {
        Self { gives_up_after: Duration::from_secs(90), moves_after: None }
    }
}

/// A shopper at the door.
pub struct Shopper {
    web: Web,
    shops: Vec<String>,
    at: usize,
    patience: Patience,
    token: Option<String>,
    requests: u32,
    lost: u32,
    pending: u32,
    /// Shops where a request may have placed an order that no answer has settled since.
    in_doubt: BTreeSet<usize>,
    heard_at: Instant,
}

/// What one answer means to a shopper.
enum Next {
    Know(Outcome),
    AskAgain(Duration),
}

impl Shopper {
    /// A shopper who goes to the shop at `at` first, and knows the others.
    pub fn new(web: Web, shops: &[String], at: usize, patience: Patience) -> Self {
        let at = at % shops.len();
        let (requests, lost, pending, in_doubt, heard_at) = (0, 0, 0, BTreeSet::new(), Instant::now());
        Self { web, shops: shops.to_vec(), at, patience, token: None, requests, lost, pending, in_doubt, heard_at }
    }

    /// Tries to buy until the outcome is known or the patience is at its end.
    pub async fn buy(&mut self, intent: Intent) -> Told {
        let deadline = Instant::now() + self.patience.gives_up_after;
        let outcome = loop {
            match self.ask(&intent).await {
                Next::Know(outcome) => break outcome,
                Next::AskAgain(_) if Instant::now() >= deadline => break self.given_up(),
                Next::AskAgain(pause) => sleep(pause.min(PAUSE_MAX)).await,
            }
        };
        let (edge, requests, lost, pending) = (self.shops[self.at].clone(), self.requests, self.lost, self.pending);
        Told { intent, outcome, edge, requests, lost, pending, at_ms: now_ms() }
    }

    fn given_up(&self) -> Outcome {
        if self.in_doubt.is_empty() { Outcome::Queueing } else { Outcome::Unknown }
    }

    /// A shop's refusal settles what was asked of that shop, and of no other.
    fn refused(&mut self, reason: String) -> Outcome {
        self.in_doubt.remove(&self.at);
        if self.in_doubt.is_empty() { Outcome::Refused { reason } } else { Outcome::Unknown }
    }

    async fn ask(&mut self, intent: &Intent) -> Next {
        let Some(token) = self.token.clone() else { return self.log_in(&intent.shopper).await };
        let url = format!("{}/api/sales/{}/orders", self.shops[self.at], intent.sale);
        let bearer = format!("Bearer {token}");
        let headers = [("authorization", bearer.as_str()), ("idempotency-key", intent.key.as_str())];
        let body = json!({ "sku": intent.sku, "units": intent.units });
        self.requests += 1;
        if let Ok(answer) = self.web.post(&url, &headers, &body).await {
            return self.hear(&answer);
        }
        self.in_doubt.insert(self.at);
        self.miss()
    }

    async fn log_in(&mut self, name: &str) -> Next {
        let url = format!("{}/api/login", self.shops[self.at]);
        self.requests += 1;
        let Ok(answer) = self.web.post(&url, &[], &json!({ "name": name })).await else { return self.miss() };
        self.heard_at = Instant::now();
        self.token = answer.json()["token"].as_str().map(str::to_owned);
        match self.token {
            Some(_) => Next::AskAgain(Duration::ZERO),
            None => Next::AskAgain(answer.retry_after().unwrap_or(PAUSE_MAX)),
        }
    }

    fn hear(&mut self, answer: &Answer) -> Next {
        self.heard_at = Instant::now();
        let pause = answer.retry_after().unwrap_or(PAUSE_MIN);
        match answer.status {
            200 | 201 if answer.json()["order"]["state"] == "pending" => {
                self.hear_pending();
                Next::AskAgain(pause)
            }
            200 | 201 => Next::Know(acknowledged(&answer.json())),
            202 => {
                if !answer.json()["order"].is_null() {
                    self.hear_pending();
                }
                Next::AskAgain(pause)
            }
            401 => {
                self.token = None;
                Next::AskAgain(pause)
            }
            429 | 503 => Next::AskAgain(pause),
            status => match answer.problem() {
                Some(reason) if reason == "not-started" => Next::AskAgain(pause),
                Some(reason) => Next::Know(self.refused(reason)),
                None => Next::Know(self.refused(format!("status-{status}"))),
            },
        }
    }

    fn hear_pending(&mut self) {
        self.pending += 1;
        self.in_doubt.insert(self.at);
    }

    /// No answer came: waits longer each time, and perhaps goes elsewhere.
    fn miss(&mut self) -> Next {
        self.lost += 1;
        if self.patience.moves_after.is_some_and(|bound| self.heard_at.elapsed() > bound) {
            self.at = (self.at + 1) % self.shops.len();
            self.heard_at = Instant::now();
        }
        Next::AskAgain(PAUSE_MIN * 2_u32.saturating_pow(self.lost.min(5)))
    }
}

fn acknowledged(body: &Value) -> Outcome {
    let (id, state) = (body["order"]["id"].as_str(), body["order"]["state"].as_str().unwrap_or("no state"));
    match id {
        Some(id) if ["reserved", "paid", "fulfilled"].contains(&state) => {
            Outcome::Acknowledged { order: id.to_owned() }
        }
        _ => Outcome::Refused { reason: format!("reserved, but {state}") },
    }
}

fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
