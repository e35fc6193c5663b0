//! The figures as server-sent events, twice a second.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::StreamExt as _;
use http::StatusCode;
use tokio::time::MissedTickBehavior;
use tokio_stream::Stream;
use tokio_stream::wrappers::IntervalStream;

use super::problem::Problem;
use super::{Console, STREAMS_MAX};

const EVERY: Duration = Duration::from_millis(500);

pub(super) async fn figures(
    State(console): State<Console>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let permit = console.streams.clone().try_acquire_owned().map_err(|_| {
        let detail = format!("expected at most {STREAMS_MAX} streams at a time");
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "Too many streams", detail)
    })?;
    let mut interval = tokio::time::interval(EVERY);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut ending = console.ending.clone();
    let ended = async move {
        // A sender that is gone ends the stream too.
        let _ = ending.wait_for(|ending| *ending).await;
    };
    let events = IntervalStream::new(interval).map(move |_| {
        // The permit lives as long as the stream.
        let _ = &permit;
        Ok(Event::default().event("snapshot").data(console.ledger.figures().json()))
    });
    Ok(Sse::new(events.take_until(Box::pin(ended))).keep_alive(KeepAlive::default()))
}
