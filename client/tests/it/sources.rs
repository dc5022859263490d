//! Sources that lie, lag, or end in the middle: each costs its turn, and no warning is lost or told twice.
//! Knows the program from outside, and the files of a log.
//! Specified in specs/protocol.md §12.5.

use super::kit::{NINE_IN_HANOI, World};
use lachan_protocol::exposure::advice::Advice;
use lachan_protocol::exposure::entry::MinuteMask;
use lachan_protocol::keys::KeySchedule;
use lachan_protocol::time::UnixTime;
use std::path::Path;
use std::process::Command;

/// 2026-11-24T06:00:00Z, the first tick after the visit.
const NOON_TICK: UnixTime = UnixTime(NINE_IN_HANOI.0 + 4 * 3_600);

/// A world in which Bình was at a venue that was published for the tick at noon.
fn world() -> World {
    let mut world = World::new();
    let pho = world.register(KeySchedule::Screen, "Phở Thìn");
    world.init("binh");
    world.set_clock(NINE_IN_HANOI.plus(600));
    let url = pho.url(NINE_IN_HANOI.plus(600));
    world.run("binh", &["check-in", &url, "--yes"]).data();
    world.set_clock(NOON_TICK.plus(60));
    let minutes = MinuteMask::new((1 << 30) - 1).unwrap();
    let hour = NINE_IN_HANOI.window();
    world.publish(NOON_TICK, &[(&pho, hour, minutes, Advice::TakeTest)]);
    world
}

fn warnings(world: &World) -> usize {
    let data = world.run("binh", &["exposures"]).data();
    data["exposures"].as_array().unwrap().len()
}

fn copy(from: &Path, to: &Path) {
    let done = Command::new("cp").arg("-r").args([from, to]).status();
    assert!(done.unwrap().success());
}

/// Writes the nodes into the settings: a folder is a source too.
fn set_nodes(world: &World, nodes: &[&Path]) {
    let file = world.path("binh").join("client.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    let nodes: Vec<String> = nodes
        .iter()
        .map(|node| format!("{:?}", node.display().to_string()))
        .collect();
    let text = text.replace("nodes = []", &format!("nodes = [{}]", nodes.join(", ")));
    std::fs::write(&file, text).unwrap();
}

#[test]
fn a_node_that_lies_or_lags_costs_its_turn() {
    let mut world = world();
    let (lagging, lying) = (world.path("lagging"), world.path("lying"));
    copy(&world.log(), &lagging);
    world.sync("binh").data();
    world.publish(NOON_TICK.plus(21_600), &[]);
    world.set_clock(NOON_TICK.plus(21_660));
    world.sync("binh").data();
    world.publish(NOON_TICK.plus(43_200), &[]);
    world.set_clock(NOON_TICK.plus(43_260));
    copy(&world.log(), &lying);
    let bundle = lying.join("tile/entries/000.p/3");
    let bytes = std::fs::read(&bundle).unwrap();
    std::fs::write(
        &bundle,
        bytes.iter().map(|byte| byte ^ 1).collect::<Vec<_>>(),
    )
    .unwrap();
    let gone = world.path("gone");
    set_nodes(&world, &[&gone, &lying, &lagging, &world.log()]);
    let data = world.run("binh", &["sync"]).data();
    let of_log = &data["authorities"][0];
    assert_eq!(
        (&of_log["behind"], &of_log["size"]),
        (&false.into(), &3.into())
    );
    assert_eq!(warnings(&world), 1);
}

#[test]
fn what_came_before_a_refused_leaf_is_told() {
    let mut world = world();
    world.publish(NOON_TICK.plus(21_600), &[]);
    assert_eq!(world.sync("binh").error(), "Batch::TimeInFuture");
    assert_eq!(warnings(&world), 1);
    world.set_clock(NOON_TICK.plus(21_660));
    world.sync("binh").data();
    assert_eq!(warnings(&world), 1);
}

#[test]
fn a_sync_that_was_cut_goes_on_in_a_log_that_outgrew_it() {
    let mut world = world();
    let (bundle, tile) = ("tile/entries/000.p/1", "tile/0/000.p/1");
    let bytes = std::fs::read(world.log().join(bundle)).unwrap();
    std::fs::write(world.log().join(bundle), &bytes[..bytes.len() / 2]).unwrap();
    assert_eq!(world.sync("binh").error(), "Follow::EndsEarly");
    world.publish(NOON_TICK.plus(21_600), &[]);
    world.set_clock(NOON_TICK.plus(21_660));
    for outgrown in [bundle, tile] {
        std::fs::remove_file(world.log().join(outgrown)).unwrap();
    }
    let data = world.sync("binh").data();
    assert_eq!(data["authorities"][0]["size"], 2);
    assert_eq!(warnings(&world), 1);
}

#[test]
fn each_lie_of_a_source_has_its_own_name() {
    let mut world = world();
    let old = world.path("old");
    copy(&world.log(), &old);
    world.publish(NOON_TICK.plus(21_600), &[]);
    world.set_clock(NOON_TICK.plus(21_660));
    let lie = |name: &str, file: &str, edit: fn(Vec<u8>) -> Vec<u8>| {
        let dir = world.path(name);
        copy(&world.log(), &dir);
        let bytes = std::fs::read(dir.join(file)).unwrap();
        std::fs::write(dir.join(file), edit(bytes)).unwrap();
        let from = dir.display().to_string();
        world.run("binh", &["sync", "--from", &from]).error()
    };
    let flip = |mut bytes: Vec<u8>| {
        let last = bytes.len() - 1;
        bytes[last] ^= 1;
        bytes
    };
    let half = |bytes: Vec<u8>| bytes[..bytes.len() / 2].to_vec();
    let (bundle, tile) = ("tile/entries/000.p/2", "tile/0/000.p/2");
    assert_eq!(lie("wrong-proof", tile, flip), "Follow::TilesMismatch");
    assert_eq!(lie("wrong-leaf", bundle, flip), "Follow::LeafMismatch");
    assert_eq!(lie("half-leaf", bundle, half), "Follow::EndsEarly");
    assert_eq!(lie("half-tile", tile, half), "Follow::Tile");
    assert_eq!(lie("forged", "checkpoint", flip), "Checkpoint::Note");
    // an honest source takes all of it, and then a smaller one is behind
    world.sync("binh").data();
    let from = old.display().to_string();
    let data = world.run("binh", &["sync", "--from", &from]).data();
    assert_eq!(data["authorities"][0]["behind"], true);
    assert_eq!(data["authorities"][0]["size"], 2);
}

#[test]
fn a_node_that_lacks_what_another_showed_is_behind_and_no_liar() {
    let mut world = world();
    let (lagging, broken) = (world.path("lagging"), world.path("broken"));
    copy(&world.log(), &lagging);
    world.sync("binh").data();
    world.publish(NOON_TICK.plus(21_600), &[]);
    world.set_clock(NOON_TICK.plus(21_660));
    copy(&world.log(), &broken);
    std::fs::remove_file(broken.join("tile/entries/000.p/2")).unwrap();
    let from = |dir: &Path| world.run("binh", &["sync", "--from", dir.to_str().unwrap()]);
    // the control: who says that there is more must have it; its checkpoint is known from now on
    assert_eq!(from(&broken).error(), "Follow::Unavailable");
    let data = from(&lagging).data();
    let of_log = &data["authorities"][0];
    assert_eq!(
        (&of_log["behind"], &of_log["size"]),
        (&true.into(), &1.into())
    );
    set_nodes(&world, &[&lagging, &world.log()]);
    let data = world.run("binh", &["sync"]).data();
    let of_log = &data["authorities"][0];
    assert_eq!(
        (&of_log["behind"], &of_log["size"]),
        (&false.into(), &2.into())
    );
}
