//! The town's day, with the programs of the test build.
//! Knows the report; does not know the story.
//! Specified in README.md, "The town".

use lachan_tests::programs::{Profile, Programs};
use lachan_tests::town::play;
use lachan_tests::town::screen::{Language, Screen};

#[test]
fn the_right_people_are_warned_and_nobody_else_learns_it() {
    let programs = Programs::build(Profile::Dev).expect("cargo builds the programs");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (cast, report) = play(&programs, folder.path(), &mut Screen::silent(Language::En))
        .expect("the day can be played");
    drop(cast);
    assert!(report.checks.len() >= 8, "{report:?}");
    assert!(report.all_true(), "{report:?}");
    assert_eq!(report.not_warned, ["Dũng", "Giang"]);
}
