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

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct WayLabel {
    way: &'static str,
}

/// How a shopper is told of another edge.
#[derive(Debug, Clone, Copy)]
pub(super) enum Way {
    /// By the answer to a purchase, which says where else.
    Answer,
    /// By a form that is led there.
    Form,
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
const WAYS: [&str; 2] = ["answer", "form"];
const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

/// The counters of the shoppers' listener. Cheap to clone; each is one atomic.
#[derive(Debug, Clone)]
pub struct Counts {
    kinds: [Counter; KINDS.len()],
    classes: [Counter; CLASSES.len()],
    guided_away: [Counter; WAYS.len()],
    guided_kinds: [Counter; KINDS.len()],
}

impl Counts {
    /// Counters at zero, entered in `registry`.
    pub fn register(registry: &mut Registry) -> Self {
        let kinds = Family::<KindLabel, Counter>::default();
        let classes = Family::<ClassLabel, Counter>::default();
        registry.register("doorbuster_answers", "Answers to purchases, by kind", kinds.clone());
        registry.register("doorbuster_http_responses", "Responses to shoppers, by class of status", classes.clone());
        let guided_away = Family::<WayLabel, Counter>::default();
        let guided_kinds = Family::<KindLabel, Counter>::default();
        let help = "Answers to purchases that named another edge, by the way in which they did";
        registry.register("doorbuster_guided_away", help, guided_away.clone());
        let help = "Answers to purchases that another edge sent here with its signature, by kind";
        registry.register("doorbuster_guided_answers", help, guided_kinds.clone());
        Self {
            kinds: KINDS.map(|kind| kinds.get_or_create(&KindLabel { kind }).clone()),
            classes: CLASSES.map(|class| classes.get_or_create(&ClassLabel { class }).clone()),
            guided_away: WAYS.map(|way| guided_away.get_or_create(&WayLabel { way }).clone()),
            guided_kinds: KINDS.map(|kind| guided_kinds.get_or_create(&KindLabel { kind }).clone()),
        }
    }

    /// Counts the answer to a purchase.
    pub(super) fn answered(&self, answer: &Result<Answer, Busy>) {
        self.kinds[kind(answer)].inc();
    }

    /// Counts the answer to a purchase that another edge signed for, once more.
    pub(super) fn answered_guided(&self, answer: &Result<Answer, Busy>) {
        self.guided_kinds[kind(answer)].inc();
    }

    /// Counts an answer that named another edge.
    pub(super) fn guided_away(&self, way: Way) {
        self.guided_away[way as usize].inc();
    }

    /// Counts a response.
    pub(super) fn responded(&self, status: hyper::StatusCode) {
        if let Some(counter) = self.classes.get(usize::from(status.as_u16() / 100).wrapping_sub(1)) {
            counter.inc();
        }
    }
}

/// The answer's place in the list of kinds.
fn kind(answer: &Result<Answer, Busy>) -> usize {
    KINDS.iter().position(|kind| *kind == word(answer)).expect("every word is in the list")
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
