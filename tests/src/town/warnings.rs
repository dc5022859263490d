//! The evening: every phone matches what was published on what it keeps, alone.
//! Knows the citizens' commands; does not know keys.
//! Specified in README.md, "The town".

use crate::say;
use crate::town::cast::{CITIZENS, Cast, MARKET, RESTAURANT};
use crate::town::opening::tr;
use crate::town::screen::Screen;
use crate::town::{Checks, TownError};
use serde::Serialize;
use std::collections::BTreeMap;

/// One citizen's warning: minutes together by venue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Warned {
    /// Who.
    pub name: String,
    /// Minutes together at each venue.
    pub minutes: BTreeMap<String, u64>,
}

/// Who must be warned, with which minutes: An 09:10-10:25 and 10:40-11:20 is the case.
fn expected() -> Vec<Warned> {
    let warned = |name: &str, minutes: &[(&str, u64)]| Warned {
        name: name.to_owned(),
        minutes: minutes
            .iter()
            .map(|&(venue, minutes)| (venue.to_owned(), minutes))
            .collect(),
    };
    vec![
        warned("An", &[(RESTAURANT, 75), (MARKET, 40)]),
        // 09:40-10:00 and 10:00-10:25
        warned("Bình", &[(RESTAURANT, 45)]),
        // 10:45-11:00 and 11:00-11:20
        warned("Chi", &[(MARKET, 35)]),
    ]
}

/// Syncs every phone from a node of its choice and compares the warnings with what must be.
pub fn match_everywhere(
    cast: &Cast,
    late: &str,
    screen: &mut Screen,
    checks: &mut Checks,
) -> Result<(Vec<Warned>, Vec<String>), TownError> {
    screen.chapter(&say!(
        "Buổi tối: mỗi điện thoại tự so",
        "Evening: every phone matches by itself"
    ));
    cast.set_clock(19, 10)?;
    let (mut warned, mut not_warned) = (Vec::new(), Vec::new());
    for (name, phone) in CITIZENS.iter().zip(&cast.citizens) {
        phone.run(&["sync", "--from", late])?;
        let answer = phone.run(&["exposures"])?;
        let mut minutes = BTreeMap::new();
        for exposure in answer["exposures"].as_array().into_iter().flatten() {
            let venue = exposure["venue"].as_str().unwrap_or_default().to_owned();
            *minutes.entry(venue).or_insert(0) += exposure["minutes"].as_u64().unwrap_or(0);
        }
        minutes.retain(|_, &mut together| together > 0);
        if minutes.is_empty() {
            screen.deed("19:10", name, &say!("không có cảnh báo", "no warning"));
            not_warned.push((*name).to_owned());
        } else {
            let list: Vec<String> = minutes
                .iter()
                .map(|(venue, minutes)| format!("{venue}: {minutes}′"))
                .collect();
            let list = list.join(" · ");
            screen.deed(
                "19:10",
                name,
                &say!(
                    "được cảnh báo riêng: {list}",
                    "is warned in private: {list}"
                ),
            );
            warned.push(Warned {
                name: (*name).to_owned(),
                minutes,
            });
        }
    }
    screen.learned(
        &tr(screen, "Nút 3", "relay 3"),
        &say!(
            "năm máy tải cùng một sổ; không biết máy nào trúng",
            "that five phones fetched the same log; not which one found something"
        ),
    );
    let expected = expected();
    let who = |list: &[Warned]| list.iter().map(|w| w.name.clone()).collect::<Vec<_>>();
    checks.note(
        screen,
        "right_people_warned",
        who(&warned) == who(&expected),
        &say!(
            "đúng An, Bình và Chi được cảnh báo; Dũng và Giang thì không",
            "exactly An, Bình and Chi are warned; Dũng and Giang are not"
        ),
    );
    checks.note(
        screen,
        "right_minutes",
        warned == expected,
        &say!(
            "số phút ở cùng là đúng từng phút",
            "the minutes together are right to the minute"
        ),
    );
    Ok((warned, not_warned))
}
