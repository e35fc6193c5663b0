//! What was answered, counted.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Registry;

use crate::stock::{Answer, Busy, Refusal};

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct KindLabel {
    kind: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ClassLabel {
    class: &'static str,
}

const KINDS: [&str; 10] = [
    "reserved",
    "pending",
    "queueing",
    "unknown-sku",
    "not-started",
    "over",
    "sold-out",
    "limit-reached",
    "key-reused",
    "too-busy",
];
const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

/// The counters of the shoppers' listener. Cheap to clone; each is one atomic.
#[derive(Debug, Clone)]
pub struct Counts {
    kinds: [Counter; KINDS.len()],
    classes: [Counter; CLASSES.len()],
}

impl Counts {
    /// Counters at zero, entered in `registry`.
    pub fn register(registry: &mut Registry) -> Self {
        let kinds = Family::<KindLabel, Counter>::default();
        let classes = Family::<ClassLabel, Counter>::default();
        registry.register("doorbuster_answers", "Answers to purchases, by kind", kinds.clone());
        registry.register("doorbuster_http_responses", "Responses to shoppers, by class of status", classes.clone());
        Self {
            kinds: KINDS.map(|kind| kinds.get_or_create(&KindLabel { kind }).clone()),
            classes: CLASSES.map(|class| classes.get_or_create(&ClassLabel { class }).clone()),
        }
    }

    /// Counts the answer to a purchase.
    pub(super) fn answered(&self, answer: &Result<Answer, Busy>) {
        let at = KINDS.iter().position(|kind| *kind == word(answer)).expect("every word is in the list");
        self.kinds[at].inc();
    }

    /// Counts a response.
    pub(super) fn responded(&self, status: hyper::StatusCode) {
        if let Some(counter) = self.classes.get(usize::from(status.as_u16() / 100).wrapping_sub(1)) {
            counter.inc();
        }
    }
}

fn word(answer: &Result<Answer, Busy>) -> &'static str {
    match answer {
        Ok(Answer::Reserved(_)) => "reserved",
        Ok(Answer::Pending { .. }) => "pending",
        Ok(Answer::Queueing { .. }) => "queueing",
        Ok(Answer::Refused(Refusal::UnknownSku)) => "unknown-sku",
        Ok(Answer::Refused(Refusal::NotStarted { .. })) => "not-started",
        Ok(Answer::Refused(Refusal::Over)) => "over",
        Ok(Answer::Refused(Refusal::SoldOut)) => "sold-out",
        Ok(Answer::Refused(Refusal::LimitReached { .. })) => "limit-reached",
        Ok(Answer::Refused(Refusal::KeyReused)) => "key-reused",
        Err(Busy) => "too-busy",
    }
}
