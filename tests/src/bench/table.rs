//! The figures as Markdown.

use std::fmt::{self, Display, Formatter, Write as _};

use super::latency::Latency;
use super::report::Report;
use super::rounds::{Beside, Figures};
use super::rows::Row;

impl Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.head(f)?;
        self.costs(f)?;
        self.open_loop(f)?;
        self.others(f)
    }
}

impl Report {
    fn head(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let environment = &self.environment;
        writeln!(f, "# The edge beside nginx{}\n", if environment.quick { " (a quick look)" } else { "" })?;
        writeln!(f, "{}, Linux {}; {}.", environment.cpu, environment.kernel, environment.programs.join("; "))?;
        writeln!(
            f,
            "Servers on processor 0; the load, and the edge's allocator, on processor 1. Medians of the rounds.\n"
        )?;
        for difference in &self.differences {
            writeln!(f, "- Not alike: {difference}.")?;
        }
        if self.differences.is_empty() {
            writeln!(f, "Both sides' answers have the same size, within a few bytes.")?;
        }
        Ok(())
    }

    fn costs(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.rows.is_empty() {
            return Ok(());
        }
        writeln!(f, "\n## Server CPU for one answer, and answers a second\n")?;
        writeln!(
            f,
            "| work | ours | nginx | nginx ÷ ours (low–high) | floor or null | ours ÷ it | ours/s | nginx/s | disk: fsync p50, p99 |"
        )?;
        writeln!(f, "|---|--:|--:|--:|--:|--:|--:|--:|--:|")?;
        for (row, figures, fsync) in &self.rows {
            let fsync = fsync.map_or_else(String::new, |fsync| format!("{}, {}", ms(fsync.p50_us), ms(fsync.p99_us)));
            writeln!(f, "{} {fsync} |", cells(row, figures))?;
        }
        let durable = self.rows.iter().filter(|(row, ..)| row.is_durable());
        for (row, figures, _) in durable {
            let (allocator, undecided) = (figures.allocator_us, figures.undecided * 100.0);
            write!(f, "\n{}: the allocator took {allocator:.1} µs an order besides; ", row.title)?;
            writeln!(f, "{undecided:.2} % of the answers were `queueing` or `pending`, and count for nothing.")?;
        }
        Ok(())
    }

    fn open_loop(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.latencies.is_empty() {
            return Ok(());
        }
        writeln!(f, "\n## Open loop at 70 % of nginx's best rate\n")?;
        writeln!(f, "| work | rate/s | ours p50 | ours p99 | nginx p50 | nginx p99 | disk: fsync p50, p99 |")?;
        writeln!(f, "|---|--:|--:|--:|--:|--:|--:|")?;
        self.latencies.iter().try_for_each(|latency| writeln!(f, "{}", latency_row(latency)))
    }

    fn others(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if let Some(memory) = &self.memory {
            writeln!(f, "\n## Memory of an idle keep-alive connection, of {}\n", memory.connections)?;
            writeln!(f, "| | ours | nginx |\n|---|--:|--:|")?;
            writeln!(f, "| without TLS | {} | {} |", kib(memory.ours_bytes), kib(memory.peer_bytes))?;
            writeln!(f, "| with TLS | {} | {} |", kib(memory.ours_tls_bytes), kib(memory.peer_tls_bytes))?;
        }
        if let Some(start) = &self.start {
            writeln!(f, "\n## Cold start of the edge\n\n| store | until it answers |\n|---|--:|")?;
            writeln!(f, "| empty | {:.0} ms |\n| a million orders | {:.0} ms |", start.empty_ms, start.million_ms)?;
        }
        if let Some(soak) = &self.soak {
            let looks = soak.resident_bytes.iter().map(|bytes| kib(*bytes as f64)).collect::<Vec<_>>().join(", ");
            writeln!(f, "\n## {:.0} minutes of pages and refusals, {} answers\n", soak.minutes, soak.answered)?;
            writeln!(f, "The edge's resident memory after each tenth of the time: {looks}.")?;
        }
        Ok(())
    }
}

fn cells(row: &Row, figures: &Figures) -> String {
    let Figures { ours_us, peer_us, ratio, ours_rps, peer_rps, .. } = figures;
    let mut line = format!("| {} | {ours_us:.1} µs | {peer_us:.1} µs |", row.title);
    let _ = write!(line, " **{:.2}** ({:.2}–{:.2}) |", ratio.middle, ratio.low, ratio.high);
    match row.beside.zip(figures.beside_us.zip(figures.of_beside)) {
        Some((beside, (us, of))) => {
            let name = if beside == Beside::Floor { "floor" } else { "null" };
            let _ = write!(line, " {name} {us:.1} µs | {:.2} ({:.2}–{:.2}) |", of.middle, of.low, of.high);
        }
        None => line.push_str(" | |"),
    }
    let _ = write!(line, " {ours_rps:.0} | {peer_rps:.0} |");
    line
}

fn latency_row(latency: &Latency) -> String {
    let Latency { key, rate, ours_p50_us, ours_p99_us, peer_p50_us, peer_p99_us, fsync } = latency;
    let fsync = fsync.map_or_else(String::new, |fsync| format!("{}, {}", ms(fsync.p50_us), ms(fsync.p99_us)));
    let (ours, peer) = ([*ours_p50_us, *ours_p99_us].map(ms), [*peer_p50_us, *peer_p99_us].map(ms));
    format!("| {key} | {rate:.0} | {} | {} | {} | {} | {fsync} |", ours[0], ours[1], peer[0], peer[1])
}

fn ms(us: f64) -> String {
    format!("{:.2} ms", us / 1e3)
}

fn kib(bytes: f64) -> String {
    format!("{:.1} KiB", bytes / 1_024.0)
}

#[cfg(test)]
mod tests {
    use super::super::report::tests::report;

    #[test]
    fn the_table_tells_figures_and_ratios() {
        let text = report().to_string();
        assert!(
            text.contains("| static page, 1 KB | 10.0 µs | 25.0 µs | **2.50** (2.50–2.50) | floor 8.0 µs | 1.25 ("),
            "{text}"
        );
        assert!(text.contains("| 0.12 ms, 0.90 ms |") && text.contains("2 × C, Linux 6; n."), "{text}");
        assert!(text.contains("the allocator took 4.0 µs an order besides; 0.00 %"), "{text}");
    }

    #[test]
    fn every_line_of_a_table_has_as_many_cells() {
        let text = report().to_string();
        let counts: Vec<usize> =
            text.lines().filter(|line| line.starts_with('|')).map(|line| line.matches('|').count()).collect();
        assert!(counts.len() == 4 && counts.iter().all(|count| *count == counts[0]), "{text}");
    }
}
