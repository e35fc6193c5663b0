//! The link against an allocator that the test plays, over a real connection on loopback.

use std::pin::Pin;
use std::time::Duration;

use doorbuster_proto::wire::link_server::{Link as LinkService, LinkServer};
use doorbuster_proto::{
    AllocatorBody, Commit, EdgeBody, Epoch, FromAllocator, FromEdge, Instance, LogDigest, LogMark, Published, Seq,
    SiteVersion, Term, Welcome, wire,
};
use futures_util::{Stream, StreamExt};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};
use tokio_stream::wrappers::{ReceiverStream, TcpListenerStream};
use tonic::{Request, Response, Status, Streaming};

use super::*;
use crate::stock::{self, OwnerHandle, Stock, StockOptions};

/// What the test is told of each session, and of each question for the site.
enum Asked {
    Session { authorization: Option<String>, from_edge: Box<Streaming<wire::FromEdge>>, to_edge: ToEdge },
    Site { edge: String },
}

type ToEdge = mpsc::Sender<Result<wire::FromAllocator, Status>>;
type Sent<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

struct Played(mpsc::Sender<Asked>);

#[tonic::async_trait]
impl LinkService for Played {
    type SessionStream = Sent<wire::FromAllocator>;
    type SiteStream = Sent<wire::SiteFile>;

    async fn session(
        &self,
        request: Request<Streaming<wire::FromEdge>>,
    ) -> Result<Response<Self::SessionStream>, Status> {
        let authorization = request.metadata().get("authorization").map(|value| value.to_str().unwrap().to_owned());
        let (to_edge, messages) = mpsc::channel(16);
        let asked = Asked::Session { authorization, from_edge: Box::new(request.into_inner()), to_edge };
        self.0.send(asked).await.map_err(|_| Status::aborted("the test is over"))?;
        Ok(Response::new(ReceiverStream::new(messages).boxed()))
    }

    async fn site(&self, request: Request<wire::SiteRequest>) -> Result<Response<Self::SiteStream>, Status> {
        let asked = Asked::Site { edge: request.into_inner().edge };
        self.0.send(asked).await.map_err(|_| Status::aborted("the test is over"))?;
        Err(Status::unavailable("no site in this test"))
    }
}

/// A listener on loopback, and what is asked of it.
async fn play() -> (String, mpsc::Receiver<Asked>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (asked, questions) = mpsc::channel(16);
    let server = tonic::transport::Server::builder().add_service(LinkServer::new(Played(asked)));
    tokio::spawn(server.serve_with_incoming(TcpListenerStream::new(listener)));
    (address, questions)
}

/// An edge with a stock of its own, and its link.
fn linked(folder: &Path, allocator: String, secret_file: Option<PathBuf>) -> (Stock, OwnerHandle, Link) {
    let edge: EdgeId = "edge-1".parse().unwrap();
    let path = folder.join("stock");
    let options = StockOptions { path, edge: edge.clone(), reserve_bytes: 0, park_ms_max: 250 };
    let (stock, owner, ends) = stock::start(options).unwrap();
    let pages = Pages::open(&folder.join("site")).unwrap();
    let link = Link::new(Options { edge, allocator, secret_file }, ends, pages).unwrap();
    (stock, owner, link)
}

async fn next_session(questions: &mut mpsc::Receiver<Asked>) -> (Option<String>, Streaming<wire::FromEdge>, ToEdge) {
    loop {
        if let Asked::Session { authorization, from_edge, to_edge } = questions.recv().await.unwrap() {
            return (authorization, *from_edge, to_edge);
        }
    }
}

async fn hear(from_edge: &mut Streaming<wire::FromEdge>) -> FromEdge {
    loop {
        let message = FromEdge::try_from(from_edge.message().await.unwrap().unwrap()).unwrap();
        if !matches!(message.body, EdgeBody::Levels(_) | EdgeBody::LevelsChanged(_)) {
            return message;
        }
    }
}

async fn say(to_edge: &ToEdge, hello: &FromEdge, body: AllocatorBody) {
    let (session, epoch) = (hello.session, hello.epoch);
    let (term, instance, commit) = (Term(1), Instance(1), Commit(1));
    let message = FromAllocator { session, epoch, term, instance, commit, body };
    to_edge.send(Ok(message.into())).await.unwrap();
}

#[tokio::test]
async fn a_session_opens_with_the_secret_resumes_after_a_loss_and_fetches_the_site() {
    let folder = tempfile::tempdir().unwrap();
    let secret_file = folder.path().join("secret");
    std::fs::write(&secret_file, "open-sesame\n").unwrap();
    let (allocator, mut questions) = play().await;
    let (_stock, owner, link) = linked(folder.path(), allocator, Some(secret_file));
    let (shutdown, stopped) = oneshot::channel::<()>();
    let running = tokio::spawn(link.run(async { drop(stopped.await) }));

    let (authorization, mut from_edge, to_edge) = next_session(&mut questions).await;
    assert_eq!(authorization.as_deref(), Some("Bearer open-sesame"));
    let hello = hear(&mut from_edge).await;
    assert!(matches!(hello.body, EdgeBody::Hello(_)), "{hello:?}");
    say(&to_edge, &hello, AllocatorBody::Welcome(Welcome::Begin { epoch: Epoch(1) })).await;
    assert_eq!(hear(&mut from_edge).await.body, EdgeBody::EpochStored { epoch: Epoch(1) });
    drop((from_edge, to_edge));

    let (_, mut from_edge, to_edge) = next_session(&mut questions).await;
    let hello = hear(&mut from_edge).await;
    assert_eq!((hello.session.counter, hello.epoch), (2, Some(Epoch(1))));
    say(&to_edge, &hello, AllocatorBody::Welcome(Welcome::Resume { up_taken: LogMark::default() })).await;
    say(&to_edge, &hello, AllocatorBody::Published(Published { site: SiteVersion(4), sales: vec![], edges: vec![] }))
        .await;
    match questions.recv().await.unwrap() {
        Asked::Site { edge } => assert_eq!(edge, "edge-1"),
        Asked::Session { .. } => panic!("expected a question for the site, found another session"),
    }
    drop((from_edge, to_edge));

    // The last word of an edge that hangs up at once arrives before the end.
    let (_, mut from_edge, to_edge) = next_session(&mut questions).await;
    let hello = hear(&mut from_edge).await;
    let another = LogMark { seq: Seq(0), digest: LogDigest::default().then_close() };
    say(&to_edge, &hello, AllocatorBody::Welcome(Welcome::Resume { up_taken: another })).await;
    assert_eq!(hear(&mut from_edge).await.body, EdgeBody::LogDiffers);
    assert!(
        from_edge.message().await.unwrap().is_none(),
        "the edge ends its half of the session, and does not tear it"
    );
    drop(to_edge);

    shutdown.send(()).unwrap();
    running.await.unwrap();
    owner.stop().await;
}

#[tokio::test]
async fn an_allocator_that_is_not_there_is_tried_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let allocator = format!("http://{}", listener.local_addr().unwrap());
    let (_stock, owner, link) = linked(folder.path(), allocator, None);
    let two_tries = async {
        for _ in 0..2 {
            drop(listener.accept().await.unwrap());
        }
    };
    tokio::time::timeout(Duration::from_secs(20), link.run(two_tries)).await.expect("it tries twice");
    owner.stop().await;
}

#[test]
fn a_secret_is_one_line_of_visible_ascii() {
    let file = tempfile::NamedTempFile::new().unwrap();
    for (text, fits) in [("abc\n", true), ("", false), ("a b", false), ("ä", false)] {
        std::fs::write(file.path(), text).unwrap();
        assert_eq!(read_secret(file.path()).is_ok(), fits, "{text:?}");
    }
}
