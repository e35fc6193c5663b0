//! Streams a site, a file a message.

use std::sync::Arc;

use doorbuster_proto::wire;
use tokio_stream::Stream;
use tonic::Status;

use crate::publish::Site;

/// Copies a file only when the connection asks for it: a slow edge costs no memory.
pub(super) fn stream_site(site: Arc<Site>) -> impl Stream<Item = Result<wire::SiteFile, Status>> {
    tokio_stream::iter((0..site.files.len()).map_while(move |n| site.message(n).map(Ok)))
}
