//! Refusals of the program that need no network, each with its code, beside a control that passes.
//! Knows the command line and the files of a home.
//! Specified in specs/refusals.md.

use super::kit::{NINE_IN_HANOI, World};
use lachan_client::qr::{Modules, QrError, read_pixels, to_png};
use lachan_protocol::keys::KeySchedule;
use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::process::{Command, Stdio};

/// The code that the program says to bytes as argument or on standard input.
fn code_of(world: &World, args: &[&[u8]], input: &[u8]) -> String {
    let mut child = Command::new(env!("CARGO_BIN_EXE_lachan"))
        .args(args.iter().map(|arg| OsStr::from_bytes(arg)))
        .args(["--json", "--lang", "en", "--home"])
        .arg(world.path("an"))
        .arg("--clock")
        .arg(world.path("clock"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let _ = child.stdin.take().unwrap().write_all(input);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    said["error"]["code"].as_str().unwrap().to_owned()
}

#[test]
fn a_command_line_that_is_none_is_named() {
    let world = World::new();
    world.init("an");
    let error = |args: &[&str]| world.run("an", args).error();
    assert_eq!(error(&[]), "Usage::MissingCommand");
    let both = ["forget", "--all", "--day", "2026-11-24"];
    assert_eq!(error(&both), "Usage::ArgumentConflict");
    let words: [&[u8]; 2] = [b"check-in", b"\xff\xfe"];
    assert_eq!(code_of(&world, &words, b""), "Usage::NotText");
    let words: [&[u8]; 3] = [b"check-in", b"-", b"--yes"];
    assert_eq!(
        code_of(&world, &words, b"\xff\xfe"),
        "Usage::UnreadableInput"
    );
    let url = world
        .register(KeySchedule::Screen, "Phở")
        .url(NINE_IN_HANOI);
    let ran = world.run_with("an", &["check-in", "-", "--yes", "--json"], &url);
    assert_eq!(ran.exit, 0, "the control: {}", ran.stderr);
}

#[test]
fn a_departure_that_cannot_be_and_a_lost_counter_change_nothing() {
    let world = World::new();
    world.init("an");
    let pho = world.register(KeySchedule::Screen, "Phở Thìn");
    world.set_clock(NINE_IN_HANOI.plus(600));
    let url = pho.url(NINE_IN_HANOI);
    world.run("an", &["check-in", &url, "--yes"]).data();
    let leave = |at: &str| world.run("an", &["check-out", "--at", at]);
    assert_eq!(
        leave("2026-11-24T03:00:00Z").error(),
        "Citizen::DepartureInFuture"
    );
    assert_eq!(
        leave("2026-11-24T02:05:00Z").error(),
        "Citizen::DepartureBeforeArrival"
    );
    let counter = world.path("an").join("keys/counter");
    let kept = fs::read(&counter).unwrap();
    fs::write(&counter, b"three").unwrap();
    assert_eq!(
        world.run("an", &["check-out"]).error(),
        "Wallet::DamagedCounter"
    );
    fs::write(&counter, kept).unwrap();
    world.run("an", &["check-out"]).data();
}

#[test]
fn a_trust_list_that_does_not_count_makes_no_home() {
    let world = World::new();
    let root = world.root_key();
    let init = |file: &str, root: &str| {
        let file = world.path(file);
        let file = file.to_str().unwrap().to_owned();
        world.run(
            "an",
            &["init", "--trust", &file, "--root", root, "--test-clock"],
        )
    };
    assert_eq!(init("absent.txt", &root).error(), "TrustFile::Unreadable");
    fs::write(world.path("bad.txt"), "no list\n").unwrap();
    assert_eq!(init("bad.txt", &root).error(), "Note::NoSignatures");
    assert_eq!(init("trust.txt", "no vkey").error(), "Vkey::Malformed");
    let home = world.path("an").join("format");
    assert!(!home.exists(), "no home was made");
    init("trust.txt", &root).data();
    assert_eq!(init("trust.txt", &root).error(), "Home::AlreadyMade");
}

#[test]
fn a_folder_that_is_no_source_of_this_log_is_named() {
    let mut world = World::new();
    world.init("an");
    let mut other = World::of("other.example/log");
    let now = NINE_IN_HANOI.minus(7_200);
    other.publish(now, &[]);
    let sync =
        |folder: &std::path::Path| world.run("an", &["sync", "--from", folder.to_str().unwrap()]);
    assert_eq!(sync(&other.log()).error(), "Net::NoSuchLog");
    let folder = world.path("unreadable");
    fs::create_dir_all(folder.join("checkpoint")).unwrap();
    assert_eq!(sync(&folder).error(), "Net::File");
    world.publish(now, &[]);
    world.sync("an").data();
}

#[test]
fn a_code_with_its_middle_painted_over_is_illegible() {
    let world = World::new();
    let url = world
        .register(KeySchedule::Screen, "Phở Thìn")
        .url(NINE_IN_HANOI);
    let png = to_png(&Modules::of_url(&url).unwrap()).unwrap();
    let mut image = image::load_from_memory(&png).unwrap().to_luma8();
    assert_eq!(read_pixels(&image, |_| true), Ok(url), "the control");
    let (width, height) = image.dimensions();
    for y in height * 3 / 10..height * 7 / 10 {
        for x in width * 3 / 10..width * 7 / 10 {
            image.put_pixel(x, y, image::Luma([255]));
        }
    }
    assert_eq!(read_pixels(&image, |_| true), Err(QrError::Illegible));
}

#[test]
fn of_two_authorities_one_must_be_named_and_a_plan_must_be_there() {
    let world = World::new();
    let other = World::of("other.example/log");
    let both = world.trust_list_of(1, &[&world, &other]);
    fs::write(world.path("trust.txt"), both).unwrap();
    world.init("an");
    let register = |more: &[&str]| {
        let words = [
            "venue",
            "register",
            "--schedule",
            "screen",
            "--name",
            "Phở",
            "--kind",
            "bar",
        ];
        world.run("an", &[&words, more].concat()).error()
    };
    assert_eq!(register(&[]), "VenueTool::WhichAuthority");
    let named = ["--authority", "other.example/log"];
    assert_eq!(register(&named), "Net::NoSource", "the control");
    let show = world.run("an", &["venue", "show", "abcd"]);
    assert_eq!(show.error(), "VenueTool::UnknownPlan");
}
