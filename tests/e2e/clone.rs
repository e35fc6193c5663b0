//! A copy of a living edge's disk, started beside it.

use std::path::Path;

use doorbuster_tests::fleet::{Ports, binary, dies_with_parent};
use doorbuster_tests::sale_file::SaleFile;
use doorbuster_tests::until;

use crate::world::{SALE, SOON, World, order};

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let (path, into) = (entry.as_ref().unwrap().path(), to.join(entry.unwrap().file_name()));
        if path.is_dir() {
            copy_folder(&path, &into);
        } else {
            std::fs::copy(&path, &into).unwrap();
        }
    }
}

#[tokio::test]
async fn the_copy_is_refused_and_the_original_goes_on_selling() {
    let mut world = World::selling(1, SaleFile::new(SALE).item("lamp", 10, 1)).await;
    order(&world.buy(0, "ann", "lamp", 1).await);
    let edge = world.fleet.members()[1];
    world.fleet.terminate(edge).await.unwrap();
    // Outside the fleet's data: the checker looks at every disk there.
    let folder = tempfile::tempdir().unwrap();
    copy_folder(&world.fleet.data(edge), folder.path());
    world.fleet.restart(edge).await.unwrap();

    let admin = format!("127.0.0.1:{}", Ports::one().unwrap());
    let name = world.fleet.addresses().edges[0].id.clone();
    let text = std::fs::read_to_string(world.fleet.folder().config(&name)).unwrap();
    let mut config: toml::Table = text.parse().unwrap();
    config.insert("data".into(), folder.path().display().to_string().into());
    config["http"]["listen"] = "127.0.0.1:0".into();
    config["admin"]["listen"] = admin.clone().into();
    let file = folder.path().join("copy.toml");
    std::fs::write(&file, config.to_string()).unwrap();
    let mut copy = dies_with_parent(&binary("doorbuster-edge").unwrap());
    let mut copy = copy.arg("--config").arg(&file).kill_on_drop(true).spawn().unwrap();

    let url = format!("http://{admin}/readyz");
    let is_refused = || async {
        let answer = world.web.get(&url).await;
        answer.is_ok_and(|answer| String::from_utf8_lossy(&answer.body).contains("DiskCloned"))
    };
    until::holds("the copy is refused", SOON, is_refused).await.unwrap();
    order(&world.buy(0, "bob", "lamp", 1).await);
    copy.kill().await.unwrap();
    assert_eq!(world.settle().await.sold(), 2);
}
