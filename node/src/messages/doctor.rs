//! What the doctor says: what was found, and what to do.
//! Knows words only.
//! Specified in specs/protocol.md §14.10.

use super::{Lang, Speak};
use crate::doctor::{Finding, Level};
use crate::expiry::{Ending, Expiry, Soon};
use lachan_shell::moment::rfc3339;

/// What was found, then what to do; nothing to do where all is well.
#[must_use]
pub fn words(finding: &Finding, lang: Lang) -> (String, String) {
    let [vi, en] = said(finding);
    let (what, hint) = lang.choose(vi, en);
    (what, hint.to_owned())
}

impl Speak for Finding {
    fn en(&self) -> String {
        line(self, Lang::En)
    }

    fn vi(&self) -> String {
        line(self, Lang::Vi)
    }
}

fn line(finding: &Finding, lang: Lang) -> String {
    let level = match finding.level() {
        Level::Ok => lang.choose("ổn", "ok"),
        Level::Warn => lang.choose("chú ý", "warn"),
        Level::Unknown => lang.choose("không rõ", "unknown"),
        Level::Bad => lang.choose("hỏng", "bad"),
    };
    let (what, hint) = words(finding, lang);
    let hint = match hint.as_str() {
        "" => String::new(),
        hint => format!("\n  → {hint}"),
    };
    format!("[{level}] {what}{hint}")
}

type Words = (String, &'static str);

fn said(finding: &Finding) -> [Words; 2] {
    let two = |vi: String, vi_hint, en: String, en_hint| [(vi, vi_hint), (en, en_hint)];
    let ok = |vi: String, en: String| [(vi, ""), (en, "")];
    match finding {
        Finding::BallastGone => two(
            "Phần dự trữ 2 MiB của kho đã dùng hết: đĩa từng đầy.".into(),
            "Dọn đĩa; nút tự lập lại phần dự trữ ở lần ghi sau.",
            "The store's reserve of 2 MiB was given up: the disk was full.".into(),
            "Make room; the next write takes the reserve again.",
        ),
        Finding::ClockBehind { tick } => two(
            format!("Đồng hồ chậm hơn kỳ đã công bố lúc {}.", rfc3339(*tick)),
            "Đồng bộ giờ (NTP) trước khi chạy tiếp: khoá được xoá theo đồng hồ.",
            format!("The clock is behind the tick of {}.", rfc3339(*tick)),
            "Set it (NTP) before anything else: keys are erased by the clock.",
        ),
        Finding::ClockFits => ok(
            "Đồng hồ khớp với kỳ mới nhất.".into(),
            "The clock fits the newest tick.".into(),
        ),
        Finding::ClockUnknown => two(
            "Chưa có kỳ nào để so đồng hồ.".into(),
            "Xem `timedatectl`; chạy lại sau kỳ công bố đầu tiên.",
            "There is no tick yet to compare the clock with.".into(),
            "See `timedatectl`; look again after the first tick.",
        ),
        Finding::Ends(expiry) => ends(expiry),
        Finding::FewFiles { limit, needed } => two(
            format!("Chỉ mở được {limit} tệp, cần {needed}."),
            "Đặt LimitNOFILE=65536 (systemd) hoặc `ulimit -n 65536`.",
            format!("Only {limit} files may be open where {needed} are needed."),
            "Set LimitNOFILE=65536 (systemd) or `ulimit -n 65536`.",
        ),
        Finding::FilesFit { limit } => ok(
            format!("Mở được {limit} tệp."),
            format!("{limit} files may be open."),
        ),
        Finding::KeyBad(name) => two(
            format!("Thiếu hoặc hỏng khoá keys/{name}."),
            "Khôi phục từ bản sao lưu; đừng tạo khoá mới trùng tên.",
            format!("The key keys/{name} is missing or damaged."),
            "Restore it from the backup; make no new key in its place.",
        ),
        Finding::KeysFit => ok("Khoá đầy đủ.".into(), "The keys are all there.".into()),
        Finding::KeysOther => two(
            "Khoá của văn phòng không khớp với danh sách tin cậy.".into(),
            "Cài danh sách mới hơn (`trust install`), hoặc nhờ gốc ký authority.txt của thư mục này.",
            "The office's keys are not those on the trust list.".into(),
            "Install the newer list (`trust install`), or have the root sign this home's authority.txt.",
        ),
        Finding::LedgerDamaged { origin, why } => two(
            format!("Sổ {origin} trên đĩa hỏng: {why}."),
            "Bản sao: dừng nút, xoá thư mục của sổ trong log/, chạy lại. Sổ của mình: dừng nút, `lachan-node catch-up` sau khi chuyển thư mục hỏng đi.",
            format!("The log {origin} on the disk is damaged: {why}."),
            "A copy: stop the node, remove its folder in log/, run again. One's own: stop the node, move the folder away, then `lachan-node catch-up`.",
        ),
        Finding::LedgerEmpty { origin } => two(
            format!("Chưa có gì của sổ {origin}."),
            "Kiểm tra peers trong node.toml, rồi chạy nút.",
            format!("Nothing of the log {origin} is here yet."),
            "Check peers in node.toml, then run the node.",
        ),
        Finding::LedgerFits { origin, size } => ok(
            format!("Sổ {origin}: {size} lá, đúng với checkpoint."),
            format!("The log {origin}: {size} leaves, as its checkpoint says."),
        ),
        Finding::LockFree => ok(
            "Không có nút nào đang chạy trong thư mục này.".into(),
            "No node runs in this home.".into(),
        ),
        Finding::LockHeld => ok(
            "Nút đang chạy và trả lời.".into(),
            "A node runs in this home, and answers.".into(),
        ),
        Finding::LockSilent => two(
            "Một tiến trình giữ khoá thư mục mà không trả lời.".into(),
            "Xem nhật ký của nó; dừng bằng SIGTERM, đừng xoá tệp lock.",
            "A process holds the home's lock and does not answer.".into(),
            "See its messages; end it with SIGTERM, and do not remove the lock file.",
        ),
        Finding::LowSpace(space) => two(
            format!(
                "Đĩa gần đầy: còn {} MiB, {} inode.",
                space.mib, space.inodes
            ),
            "Dọn đĩa ngay: khi đầy, không gì được ký hay công bố nữa.",
            format!("Little room: {} MiB, {} inodes.", space.mib, space.inodes),
            "Make room now: on a full disk nothing is signed or published.",
        ),
        Finding::PeersMissing { reached, wanted } => two(
            format!("Nối được {reached}/{wanted} nút trong node.toml."),
            "Kiểm tra địa chỉ, tường lửa, và các nút kia có chạy không.",
            format!("{reached} of {wanted} nodes in node.toml can be reached."),
            "Check addresses and firewalls, and whether those nodes run.",
        ),
        Finding::PeersNone => two(
            "node.toml không ghi nút nào (peers).".into(),
            "Ghi ít nhất hai nút chuyển tiếp: không có bản sao ở nơi khác thì không khôi phục được văn phòng.",
            "node.toml names no peers.".into(),
            "Name at least two relays: without a copy of its log elsewhere an office cannot be restored.",
        ),
        Finding::PeersReached { reached } => ok(
            format!("Nối được cả {reached} nút."),
            format!("All {reached} nodes can be reached."),
        ),
        Finding::PermissionsFit => ok(
            "Chỉ chủ đọc được thư mục.".into(),
            "Only its owner reads the home.".into(),
        ),
        Finding::PermissionsUnknown { path } => two(
            format!("Không xem được {path}."),
            "Chạy lệnh này bằng chính người dùng của nút.",
            format!("{path} cannot be looked at."),
            "Run this command as the node's own user.",
        ),
        Finding::PermissionsWide { path, mode, count } => two(
            format!("Người khác đọc hoặc ghi được {path} ({mode:o}); tổng cộng {count}."),
            "Chạy `chmod -R go= THƯMỤC`; nếu là khoá thì coi như đã lộ.",
            format!("Others may read or write {path} ({mode:o}); {count} in all."),
            "Run `chmod -R go= HOME`; a key that others could read counts as known.",
        ),
        Finding::PortDead { address } => two(
            format!("Không ai trả lời ở {address}."),
            "Khởi động lại nút; xem nhật ký của nó.",
            format!("Nobody answers at {address}."),
            "Restart the node; see its messages.",
        ),
        Finding::PortFits { address } => ok(
            format!("Địa chỉ {address} ổn."),
            format!("The address {address} is well."),
        ),
        Finding::PortTaken { address } => two(
            format!(
                "Không nghe được ở {address}: cổng bị chiếm, hoặc không phải địa chỉ của máy này."
            ),
            "Xem `ss -lntup`; đổi listen trong node.toml.",
            format!("Cannot listen at {address}: taken, or not an address of this machine."),
            "See `ss -lntup`; change listen in node.toml.",
        ),
        Finding::RestoredWaits => two(
            "Thư mục khôi phục từ bản sao lưu, văn phòng chưa được ký.".into(),
            "Chạy `lachan-node catch-up`.",
            "This home was restored from a backup: the office may not sign yet.".into(),
            "Run `lachan-node catch-up`.",
        ),
        Finding::SpaceFits(space) => ok(
            format!("Đĩa còn {} MiB.", space.mib),
            format!("{} MiB are free.", space.mib),
        ),
        Finding::SpaceUnknown => two(
            "Không biết đĩa còn bao nhiêu.".into(),
            "Xem `df`.",
            "Nobody says how much room there is.".into(),
            "See `df`.",
        ),
        Finding::SpoolBig { mib } => two(
            format!("spool/ chiếm {mib} MiB."),
            "Dừng nút và xem trong đó có gì; bình thường chỉ vài KiB.",
            format!("spool/ takes {mib} MiB."),
            "Stop the node and see what is in it; a few KiB are usual.",
        ),
        Finding::SpoolFits => ok("spool/ nhỏ.".into(), "spool/ is small.".into()),
        Finding::SpoolTwoHistories { file } => two(
            format!("Một sổ đã ký hai lịch sử: bằng chứng ở spool/{file}."),
            "Giữ tệp này và cả checkpoint; báo cho gốc tin cậy và các cơ quan khác.",
            format!("A log has signed two histories: the evidence is spool/{file}."),
            "Keep the file and the checkpoint; tell the root of trust and the other authorities.",
        ),
        Finding::StoreBad { condition } => two(
            format!("Kho dữ liệu không nguyên vẹn ({condition})."),
            "Sao state/ ra nơi khác, rồi xem `lachan-node repair`.",
            format!("The store is not whole ({condition})."),
            "Copy state/ elsewhere, then see `lachan-node repair`.",
        ),
        Finding::StoreClosed { why } => two(
            format!("Không mở được kho dữ liệu: {why}"),
            "Đừng xoá gì. Sao thư mục ra nơi khác, rồi khôi phục từ bản sao lưu.",
            format!("The store does not open: {why}"),
            "Remove nothing. Copy the home elsewhere, then restore it from a backup.",
        ),
        Finding::StoreFits { records } => ok(
            format!("Kho dữ liệu: {records} bản ghi, còn nguyên."),
            format!("The store: {records} records, all whole."),
        ),
        Finding::StoreInUse => ok(
            "Kho dữ liệu đang mở trong nút.".into(),
            "The running node has the store open.".into(),
        ),
        Finding::StoreNone => ok(
            "Văn phòng chưa chạy lần nào.".into(),
            "The office has not run yet.".into(),
        ),
        Finding::TrustBad { why } => two(
            format!("Danh sách tin cậy không dùng được: {why}."),
            "Cài lại bằng `lachan-node trust install`.",
            format!("The trust list does not count: {why}."),
            "Install it again with `lachan-node trust install`.",
        ),
        Finding::TrustFits { sequence, until } => ok(
            format!("Danh sách tin cậy số {sequence}, đến {}.", rfc3339(*until)),
            format!("Trust list {sequence}, until {}.", rfc3339(*until)),
        ),
    }
}

/// What ends, when, and what to do about it.
#[must_use]
pub fn ends(expiry: &Expiry) -> [Words; 2] {
    let at = rfc3339(expiry.at);
    let (vi, en) = match expiry.what {
        Ending::CodeKey => ("Khoá ký mã địa điểm", "The key that signs venue codes"),
        Ending::TrustList => ("Danh sách tin cậy", "The trust list"),
    };
    let (vi_when, en_when) = match expiry.soon {
        Soon::Over => ("đã hết hạn", "is over since"),
        Soon::Day => ("hết hạn trong một ngày", "ends within a day:"),
        Soon::Week => ("hết hạn trong bảy ngày", "ends within seven days:"),
        Soon::Month => ("hết hạn trong ba mươi ngày", "ends within thirty days:"),
    };
    let (vi_hint, en_hint) = match expiry.what {
        Ending::CodeKey => (
            "Nhờ gốc ký một danh sách có khoá mã kế tiếp; mã mới bị từ chối sau lúc đó.",
            "Have the root sign a list with the next code key; after that no new code counts.",
        ),
        Ending::TrustList => (
            "Nhờ gốc ký danh sách mới rồi `trust install`; sau lúc đó người dân không nhận mã mới.",
            "Have the root sign a new list, then `trust install`; after that nobody takes new codes.",
        ),
    };
    [
        (format!("{vi} {vi_when} ({at})."), vi_hint),
        (format!("{en} {en_when} {at}."), en_hint),
    ]
}

impl Speak for Expiry {
    fn en(&self) -> String {
        let [_, (what, hint)] = ends(self);
        format!("{what} {hint}")
    }

    fn vi(&self) -> String {
        let [(what, hint), _] = ends(self);
        format!("{what} {hint}")
    }
}
