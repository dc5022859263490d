//! The case: requests, the owners' answers, the batch, and a relay that joins late.
//! Knows the commands of office and venue; does not know tokens.
//! Specified in README.md, "The town".

use crate::say;
use crate::town::cast::{Cast, MARKET, ORIGIN, RESTAURANT};
use crate::town::opening::{Codes, field, start_relay, tr};
use crate::town::screen::Screen;
use crate::town::{Checks, TownError, wait_for};
use lachan_protocol::id::OriginHash;
use lachan_protocol::log::tiles::{Resource, resources};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// An is ill and agrees to have three stays released; one of the requests names the wrong hour.
pub fn play_case(
    cast: &Cast,
    codes: &Codes,
    screen: &mut Screen,
    checks: &mut Checks,
) -> Result<(), TownError> {
    screen.chapter(&say!("Buổi chiều: một ca bệnh", "Afternoon: a case"));
    cast.set_clock(14, 30)?;
    screen.deed(
        "14:30",
        "An",
        &say!(
            "xét nghiệm dương tính và kể cho nhân viên y tế đã ở đâu, lúc nào",
            "tests positive and tells the case worker where and when"
        ),
    );
    let stay = request(cast, &codes.restaurant, (9, 10), (10, 25))?;
    let market = request(cast, &codes.market, (10, 40), (11, 20))?;
    let mistaken = request(cast, &codes.restaurant, (13, 0), (14, 0))?;
    screen.deed(
        "14:31",
        &tr(screen, "Cơ quan", "Office"),
        &say!(
            "xin nửa khoá của các giờ ấy; nhầm thêm một giờ buổi trưa",
            "asks for the venues' halves of those hours, and by mistake for one at noon too"
        ),
    );
    poll(cast, 0, &codes.relays[1], &stay)?;
    cast.venues[0].run(&["venue", "approve", &stay])?;
    screen.deed(
        "14:40",
        RESTAURANT,
        &say!(
            "chủ quán thấy ngày và giờ, đồng ý hai giờ buổi sáng",
            "the owner sees date and hours, and approves the two in the morning"
        ),
    );
    // A mailbox offers one request at a time.
    poll(cast, 0, &codes.relays[1], &mistaken)?;
    cast.venues[0].run(&["venue", "decline", &mistaken])?;
    screen.deed(
        "14:41",
        RESTAURANT,
        &say!(
            "từ chối giờ buổi trưa: «hôm ấy người bệnh không ở đây»",
            "declines the hour at noon: “the ill person was not here then”"
        ),
    );
    poll(cast, 1, &codes.relays[0], &market)?;
    cast.venues[1].run(&["venue", "approve", &market])?;
    let status = cast.venues[1].run(&["venue", "status"])?;
    let counted = status["plans"][0]["left"] == 13;
    screen.deed(
        "14:45",
        MARKET,
        &say!(
            "ban quản lý chợ đồng ý hai giờ; tờ tháng còn 13 giờ",
            "the market approves two hours; its sheet has 13 left"
        ),
    );
    checks.note(
        screen,
        "sheet_counts_its_releases",
        counted,
        &say!(
            "công cụ của chợ đã trừ hai giờ vào tờ tháng",
            "the market's tool has counted two hours against its sheet"
        ),
    );
    screen.learned(
        &tr(screen, "Địa điểm", "the venues"),
        &say!(
            "giờ nào được xin; không biết ai ốm, không biết ai đã đến, không biết phút",
            "which hours were asked for; not who is ill, not who came, not the minutes"
        ),
    );
    let answered = wait_for("the answers at the office", 20, || {
        let status = cast.office.run(&["status"])?;
        let waiting = status["office"]["requests"]["waiting"].as_u64();
        Ok((waiting == Some(0)).then_some(status))
    })?;
    checks.note(
        screen,
        "owners_decided",
        answered["office"]["requests"]["declined"] == 1,
        &say!(
            "cơ quan có hai đồng ý và một từ chối",
            "the office holds two approvals and one refusal"
        ),
    );
    Ok(())
}

fn request(
    cast: &Cast,
    venue: &str,
    from: (u64, u64),
    to: (u64, u64),
) -> Result<String, TownError> {
    let (from, to) = (
        cast.at(from.0, from.1).to_string(),
        cast.at(to.0, to.1).to_string(),
    );
    let answer = cast.office.run(&[
        "release", "request", "--venue", venue, "--from", &from, "--to", &to, "--advice", "2",
    ])?;
    field(&answer, "release request", "request")
}

/// The venue's tool polls until it has been offered this request.
fn poll(cast: &Cast, venue: usize, relay: &str, wanted: &str) -> Result<(), TownError> {
    wait_for("the requests at the venue", 20, || {
        let answer = cast.venues[venue].run(&["venue", "requests", "--from", relay])?;
        let requests = answer["requests"].as_array().into_iter().flatten();
        let is_there = requests
            .filter_map(|request| request["request"].as_str())
            .any(|id| id == wanted);
        Ok(is_there.then_some(()))
    })
}

/// 19:00: the batch is published and gossiped; the third relay joins only now. Gives its address.
pub fn publish_and_join_late(
    cast: &mut Cast,
    screen: &mut Screen,
    checks: &mut Checks,
) -> Result<String, TownError> {
    screen.chapter(&say!("19:00: công bố", "19:00: publication"));
    let before = seq(&cast.office.run(&["status"])?);
    cast.set_clock(19, 0)?;
    let status = wait_for("the batch of 19:00", 30, || {
        let status = cast.office.run(&["status"])?;
        Ok((seq(&status) > before).then_some(status))
    })?;
    screen.deed(
        "19:00",
        &tr(screen, "Cơ quan", "Office"),
        &say!(
            "cộng hai nửa khoá, kiểm s·G = P, trộn với khoá giả, ký và công bố lô",
            "adds the halves, checks s·G = P, mixes them with decoys, signs and publishes the batch"
        ),
    );
    let log = status["logs"][0].clone();
    for relay in &cast.relays[..2] {
        wait_for("the batch at a relay", 30, || {
            let there = relay.run(&["status"])?["logs"][0].clone();
            Ok((there["root"] == log["root"] && there["size"] == log["size"]).then_some(()))
        })?;
    }
    screen.deed(
        "19:00",
        &tr(screen, "Nút 1, 2", "Relays 1, 2"),
        &say!(
            "nhận lô qua gossip, kiểm rồi mới chuyển tiếp",
            "get the batch by gossip and verify it before they forward it"
        ),
    );
    let second = cast.running[2].address().to_owned();
    let address = start_relay(cast, 2, "", &[&second])?;
    let caught_up = wait_for("the late joiner to catch up", 30, || {
        let there = cast.relays[2].run(&["status"])?["logs"][0].clone();
        Ok((there["root"] == log["root"]).then_some(true))
    })
    .unwrap_or(false);
    screen.deed(
        "19:01",
        &tr(screen, "Nút 3", "Relay 3"),
        &say!(
            "vào muộn, lấy cả sổ từ nút 2 và tự kiểm lại từ đầu",
            "joins late, takes the whole log from relay 2 and verifies it from the start"
        ),
    );
    checks.note(
        screen,
        "late_joiner_caught_up",
        caught_up,
        &say!(
            "nút vào muộn có cùng gốc cây",
            "the late joiner has the same root"
        ),
    );
    let same = same_log_everywhere(cast, log["size"].as_u64().unwrap_or(0))?;
    checks.note(
        screen,
        "same_log_everywhere",
        same,
        &say!(
            "bốn nút giữ cùng một sổ, từng byte",
            "all four nodes hold the same log, byte for byte"
        ),
    );
    Ok(address)
}

fn seq(status: &Value) -> u64 {
    status["office"]["seq"].as_u64().unwrap_or(0)
}

/// The folder of the town's log in a node's home.
pub fn log_folder(home: &Path) -> PathBuf {
    home.join("log")
        .join(OriginHash::of_origin(ORIGIN).to_string())
}

/// Whether office and relays hold the same log: checkpoint, tiles and bundles of its size, byte by byte.
fn same_log_everywhere(cast: &Cast, size: u64) -> Result<bool, TownError> {
    let read = |home: &Path| -> Result<BTreeMap<String, Vec<u8>>, TownError> {
        let folder = log_folder(home);
        let resources = resources(size).into_iter().chain([Resource::Checkpoint]);
        resources
            .map(|resource| {
                let path = resource.to_path();
                let bytes = std::fs::read(folder.join(&path))?;
                Ok((path, bytes))
            })
            .collect()
    };
    let office = read(cast.office.folder())?;
    for relay in &cast.relays {
        if read(relay.folder())? != office {
            return Ok(false);
        }
    }
    Ok(size > 0)
}
