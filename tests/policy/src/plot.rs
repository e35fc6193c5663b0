//! Plots, as SVG: a figure over all shapes of demand, a bar a policy, on a logarithmic axis.

use std::fmt::Write as _;

use doorbuster_allocator_core::Policy;

use crate::figures::Figures;
use crate::rows::Row;
use crate::workload::{Shape, Workload};

/// One plot: a figure's name, what the axis says, and the range of the axis in powers of ten.
struct Axis {
    figure: &'static str,
    title: &'static str,
    scale: f64,
    powers: std::ops::RangeInclusive<i32>,
}

const AXES: [Axis; 3] = [
    Axis {
        figure: "waiting_share",
        title: "waited more than two round trips, % of buyers",
        scale: 100.0,
        powers: -2..=2,
    },
    Axis { figure: "stranded_unit_seconds", title: "stranded unit-seconds", scale: 1.0, powers: -1..=5 },
    Axis { figure: "messages_per_1000", title: "messages per 1,000 units sold", scale: 1.0, powers: 0..=5 },
];
const COLOURS: [&str; 8] = ["#0b6e4f", "#7fb069", "#9aa5b1", "#c9b38c", "#d1495b", "#30638e", "#8d6a9f", "#edae49"];
const LEFT: f64 = 64.0;
const TOP: f64 = 64.0;
const HEIGHT: f64 = 240.0;
const BAR: f64 = 11.0;

/// The plots by file name, of the workloads that most rows are about, one size of fleet and sale, and of recorded ones.
pub fn plots(rows: &[Row]) -> Vec<(String, String)> {
    let Some(first) = rows.first() else { return Vec::new() };
    let is_alike = |of: &Workload| of.edges == first.workload.edges && of.supply <= 3_000;
    let is_recorded = |of: &Workload| matches!(of.shape, Shape::Recorded(_));
    let rows: Vec<&Row> = rows.iter().filter(|row| is_alike(&row.workload) || is_recorded(&row.workload)).collect();
    AXES.iter().map(|axis| (format!("{}.svg", axis.figure), axis.draw(&rows))).collect()
}

impl Axis {
    fn draw(&self, rows: &[&Row]) -> String {
        let mut workloads: Vec<&Workload> = Vec::new();
        for row in rows {
            if !workloads.contains(&&row.workload) {
                workloads.push(&row.workload);
            }
        }
        let group = BAR * (Policy::ALL.len() + 2) as f64;
        let width = LEFT + group * workloads.len() as f64 + 16.0;
        let mut svg = String::new();
        let _ = writeln!(
            svg,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {}\" font-family=\"sans-serif\" font-size=\"11\">\
             <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/><text x=\"{LEFT}\" y=\"20\" font-size=\"14\">{}</text>",
            TOP + HEIGHT + 40.0,
            self.title
        );
        legend(&mut svg);
        for power in self.powers.clone() {
            let y = self.y(10_f64.powi(power));
            let _ = writeln!(
                svg,
                "<path d=\"M{LEFT} {y}H{width}\" stroke=\"#ddd\"/><text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>",
                LEFT - 6.0,
                y + 4.0,
                10_f64.powi(power)
            );
        }
        for (place, workload) in workloads.iter().enumerate() {
            let x = LEFT + group * place as f64;
            let of_it = rows.iter().filter(|row| row.workload == **workload);
            of_it.for_each(|row| self.bar(&mut svg, row, x + BAR));
            let middle = x + group / 2.0;
            let (y, name) = (TOP + HEIGHT + 20.0, workload.shape.as_str());
            let _ = writeln!(svg, "<text x=\"{middle}\" y=\"{y}\" text-anchor=\"middle\">{name}</text>");
        }
        svg + "</svg>\n"
    }

    fn bar(&self, svg: &mut String, row: &Row, x: f64) {
        let at = Figures::NAMES.iter().position(|name| *name == self.figure).expect("the axis is a figure's");
        let value = row.estimates()[at].mean * self.scale;
        let place = place(row.policy);
        let (x, y) = (x + BAR * place as f64, self.y(value));
        let height = TOP + HEIGHT - y;
        let _ = writeln!(
            svg,
            "<rect x=\"{x}\" y=\"{y}\" width=\"{}\" height=\"{height}\" fill=\"{}\"><title>{}: {value:.2}</title></rect>",
            BAR - 1.0,
            COLOURS[place],
            row.policy
        );
    }

    fn y(&self, value: f64) -> f64 {
        let (low, high) = (f64::from(*self.powers.start()), f64::from(*self.powers.end()));
        let part = ((value.max(1e-9).log10() - low) / (high - low)).clamp(0.0, 1.0);
        TOP + HEIGHT * (1.0 - part)
    }
}

fn legend(svg: &mut String) {
    let mut x = LEFT;
    for policy in Policy::ALL {
        let colour = COLOURS[place(policy)];
        let _ = writeln!(
            svg,
            "<rect x=\"{x}\" y=\"34\" width=\"10\" height=\"10\" fill=\"{colour}\"/><text x=\"{}\" y=\"43\">{policy}</text>",
            x + 14.0
        );
        x += 30.0 + 6.5 * policy.as_str().len() as f64;
    }
}

fn place(policy: Policy) -> usize {
    Policy::ALL.iter().position(|each| *each == policy).expect("all policies are in the list")
}
