//! What operators ask.

use doorbuster_proto::Timestamp;

use super::Allocator;
use crate::{Operator, Outcome, Refusal};

impl Allocator {
    pub(super) fn operate(&mut self, operator: Operator, now: Timestamp) -> Result<Outcome, Refusal> {
        match operator {
            Operator::Publish(definition) => self.publish(definition, false, now),
            Operator::Republish(definition) => self.publish(definition, true, now),
            Operator::SetSupply { sku, supply, budget } => self.set_supply(&sku, supply, budget, now),
            Operator::Close { sale } => self.close(&sale, now),
            Operator::Evict { edge } => self.evict(&edge, now),
            Operator::WriteOff { edge, epoch } => self.write_off(&edge, epoch, now),
            Operator::ResumeGrants => Ok(self.resume_grants(now)),
            Operator::CancelOrder { order } => self.cancel_order(order, now),
        }
    }
}
