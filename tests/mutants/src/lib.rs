//! The mutation gate: protocols made bad on purpose, each of which the model must find out, by the invariant that it breaks.
//!
//! The cores know nothing of it. A mutant is a file of edits to their source; the gate applies them to copies, builds the
//! model against the copies in a workspace of its own under the target folder, and runs it. An edit whose text is not
//! found exactly once fails the gate: a mutant cannot rot unnoticed.

mod build;
mod edit;
mod gate;
mod manifest;
mod mutant;

pub use build::check;
pub use gate::{Gate, Report, Verdict};
pub use mutant::{Edit, Error, Mutant, load};
