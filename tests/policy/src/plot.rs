//! Plots, as SVG: each figure under each workload, a bar a policy.

use crate::rows::Row;

/// The plots by file name.
pub fn plots(_rows: &[Row]) -> Vec<(String, String)> {
    Vec::new()
}
