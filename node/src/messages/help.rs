//! Texts of `--help`.
//! Knows words only; which command has which options stands in `cli`.
//! Specified in specs/interfaces.md.

use super::Speak;

macro_rules! helps {
    ($($(#[$doc:meta])* $name:ident { vi: $vi:expr, en: $en:expr })*) => {
        /// A text of `--help`. Commands are named for themselves, options `Arg…`, examples `Examples…`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Help {
            $($(#[$doc])* $name,)*
        }

        impl Speak for Help {
            fn en(&self) -> String {
                match self {
                    $(Self::$name => $en.into(),)*
                }
            }

            fn vi(&self) -> String {
                match self {
                    $(Self::$name => $vi.into(),)*
                }
            }
        }
    };
}

helps! {
    /// The program.
    About {
        vi: "Lá Chắn cho cơ quan y tế và nút chuyển tiếp",
        en: "Lá Chắn for health authorities and relays"
    }
    /// `--advice`
    ArgAdvice {
        vi: "Lời khuyên cho người đã ghé, 1 đến 7; mặc định 1",
        en: "Advice for those who were there, 1 to 7; 1 when not given"
    }
    /// What stands over the list of advice.
    AdviceList { vi: "Lời khuyên:", en: "Advice:" }
    /// `--accept-rollback`
    ArgAcceptRollback {
        vi: "Coi phần còn lại của kho là đủ; những gì đã mất thì không lấy lại được",
        en: "Take what is left of the store for the whole; what was lost stays lost"
    }
    /// `--authority`
    ArgAuthority {
        vi: "Tệp authority.txt của một cơ quan; có thể ghi nhiều lần",
        en: "The authority.txt of an authority; may be given several times"
    }
    /// `--out` of a backup
    ArgOutBackup { vi: "Tệp mới để ghi bản sao lưu", en: "The new file for the backup" }
    /// `--from` of restore
    ArgRestoreFrom { vi: "Tệp sao lưu", en: "The backup" }
    /// `backup`
    Backup {
        vi: "Sao lưu thư mục vào một tệp niêm phong, kể cả khi nút đang chạy",
        en: "Back the home up into one sealed file, also while the node runs"
    }
    /// `restore`
    Restore {
        vi: "Dựng lại thư mục từ bản sao lưu; văn phòng phải `catch-up` trước khi ký",
        en: "Make a home of a backup; an office must `catch-up` before it signs"
    }
    /// Examples of backup
    ExamplesBackup {
        vi: "Ví dụ:\n  lachan-node backup --home ./vanphong --out vanphong.lachan\n  lachan-node backup --home ./vanphong --out vanphong.lachan --passphrase-file matkhau.txt",
        en: "Example:\n  lachan-node backup --home ./office --out office.lachan\n  lachan-node backup --home ./office --out office.lachan --passphrase-file passphrase.txt"
    }
    /// Examples of restore
    ExamplesRestore {
        vi: "Ví dụ:\n  lachan-node restore --home ./vanphong --from vanphong.lachan\n  lachan-node catch-up --home ./vanphong",
        en: "Example:\n  lachan-node restore --home ./office --from office.lachan\n  lachan-node catch-up --home ./office"
    }
    /// `--from` of catch-up
    ArgCatchUpFrom {
        vi: "Hỏi thêm nút này, multiaddr kết thúc bằng /p2p/ID; có thể ghi nhiều lần",
        en: "Ask this node too, a multiaddress that ends in /p2p/ID; may be given several times"
    }
    /// `--despite-silent`
    ArgDespiteSilent {
        vi: "Tiếp tục dù có nút không trả lời: nút đó có thể giữ phần mới nhất",
        en: "Go on although a node does not answer: it may hold the newest part"
    }
    /// `catch-up`
    CatchUp {
        vi: "Hỏi các nút khác sổ của văn phòng đã khôi phục đến đâu, để được ký tiếp",
        en: "Ask others how far a restored office's log has come, so that it may sign"
    }
    /// `doctor`
    Doctor {
        vi: "Khám thư mục của nút: hỏng gì, làm gì",
        en: "Look at the home, and say what is wrong and what to do"
    }
    /// Examples of catch-up
    ExamplesCatchUp {
        vi: "Ví dụ (nút đã dừng):\n  lachan-node catch-up --home ./vanphong --from /ip4/203.0.113.5/tcp/4001/p2p/12D3...",
        en: "Example (with the node stopped):\n  lachan-node catch-up --home ./office --from /ip4/203.0.113.5/tcp/4001/p2p/12D3..."
    }
    /// Examples of doctor
    ExamplesDoctor {
        vi: "Ví dụ (nút chạy hay không đều được; mã thoát 0 ổn, 1 có điều hỏng, 2 không rõ):\n  lachan-node doctor --home ./vanphong\n  lachan-node doctor --home ./vanphong --json",
        en: "Example (beside a running node or without; exit code 0 well, 1 something is bad, 2 could not tell):\n  lachan-node doctor --home ./office\n  lachan-node doctor --home ./office --json"
    }
    /// `--from` of a release request
    ArgFrom {
        vi: "Lúc người bệnh đến: RFC 3339 hoặc số giây unix",
        en: "When the ill person came: RFC 3339 or unix seconds"
    }
    /// `--foreign`
    ArgForeign {
        vi: "Cả mã chưa từng đăng ký ở đây: do kẻ trộm khoá ký mã làm ra",
        en: "Also a code that was never registered here: made by a thief of the code key"
    }
    /// `--home`
    ArgHome {
        vi: "Thư mục dữ liệu của nút (hoặc LACHAN_NODE_HOME)",
        en: "The folder of this node's data (or LACHAN_NODE_HOME)"
    }
    /// `--listen`
    ArgListen {
        vi: "Nghe ở đâu, dạng multiaddr; có thể ghi nhiều lần; mặc định cổng 4001 ở mọi địa chỉ IPv4, TCP và QUIC",
        en: "Where to listen, as a multiaddress; may be given several times; port 4001 of every IPv4 address, TCP and QUIC, when not given"
    }
    /// `--name-en`
    ArgNameEn { vi: "Tên cơ quan bằng tiếng Anh", en: "The authority's name in English" }
    /// `--name-vi`
    ArgNameVi { vi: "Tên cơ quan bằng tiếng Việt", en: "The authority's name in Vietnamese" }
    /// `--office-at`
    ArgOfficeAt {
        vi: "Nút chuyển tiếp: chuyển thư niêm phong tới văn phòng nào; có thể ghi nhiều lần",
        en: "Relay: the office that sealed messages are handed to; may be given several times"
    }
    /// `--origin`
    ArgOrigin {
        vi: "Văn phòng: tên (origin) của sổ kiểm chứng, ví dụ log.hanoi.example",
        en: "Office: the origin of its log, such as log.hanoi.example"
    }
    /// `--out` of a key
    ArgOutKey { vi: "Tệp mới để ghi khoá bí mật", en: "The new file for the secret key" }
    /// `--out` of a list
    ArgOutList { vi: "Tệp để ghi danh sách", en: "The file for the list" }
    /// `--peer`
    ArgPeer {
        vi: "Luôn giữ kết nối với nút này, multiaddr kết thúc bằng /p2p/ID; có thể ghi nhiều lần",
        en: "Stay connected with this node, a multiaddress that ends in /p2p/ID; may be given several times"
    }
    /// `--phone`
    ArgPhone { vi: "Số điện thoại để người dân gọi", en: "The phone number for people to call" }
    /// `--region`
    ArgRegion {
        vi: "Văn phòng: số vùng, có thể ghi nhiều lần, tăng dần",
        en: "Office: a region number; may be given several times, ascending"
    }
    /// ROLE
    ArgRole { vi: "relay, office, hoặc cả hai", en: "relay, office, or both" }
    /// `--root`
    ArgRoot { vi: "Khoá phải ký danh sách tin cậy", en: "The key that must have signed the trust list" }
    /// `--root-key`
    ArgRootKey { vi: "Tệp khoá bí mật của gốc", en: "The file of the root's secret key" }
    /// `--from` of a revocation
    ArgRevokedFrom {
        vi: "Từ giờ nào mã không còn giá trị: RFC 3339 hoặc số giây unix; các giờ trước vẫn công bố được",
        en: "From which hour on the code does not count: RFC 3339 or unix seconds; earlier hours can still be released"
    }
    /// `--sequence`
    ArgSequence {
        vi: "Số thứ tự của danh sách, phải tăng dần",
        en: "The list's number, which must rise"
    }
    /// `--to` of a release request
    ArgTo {
        vi: "Lúc người bệnh rời đi: RFC 3339 hoặc số giây unix",
        en: "When the ill person left: RFC 3339 or unix seconds"
    }
    /// `--trust`
    ArgTrust { vi: "Danh sách tin cậy", en: "The trust list" }
    /// `--until` of a list
    ArgUntil {
        vi: "Danh sách hết hạn lúc nào: RFC 3339 hoặc số giây unix",
        en: "When the list ends: RFC 3339 or unix seconds"
    }
    /// `--until-stdin-closes`
    ArgUntilStdin {
        vi: "Kết thúc khi đầu vào chuẩn đóng",
        en: "End when standard input closes"
    }
    /// `--venue`
    ArgVenue { vi: "Mã định danh của mã địa điểm, 32 chữ số hex", en: "The id of the venue's code, 32 hex digits" }
    /// Examples of the program
    ExamplesRoot {
        vi: "Ví dụ:\n  lachan-node init relay --home ./nut --trust trust.txt --root \"$VKEY\" --peer /ip4/203.0.113.5/tcp/4001/p2p/12D3...\n  lachan-node run --home ./nut\n  lachan-node status --home ./nut",
        en: "Examples:\n  lachan-node init relay --home ./relay --trust trust.txt --root \"$VKEY\" --peer /ip4/203.0.113.5/tcp/4001/p2p/12D3...\n  lachan-node run --home ./relay\n  lachan-node status --home ./relay"
    }
    /// Examples of init
    ExamplesInit {
        vi: "Ví dụ:\n  lachan-node init office --home ./vanphong --origin log.hanoi.example --name-vi \"Trung tâm Y tế Hà Nội\" --name-en \"Hanoi Health Centre\" --region 1 --phone \"1900 0000\"\n  lachan-node init relay --home ./nut --trust trust.txt --root \"$VKEY\"",
        en: "Examples:\n  lachan-node init office --home ./office --origin log.hanoi.example --name-vi \"Trung tâm Y tế Hà Nội\" --name-en \"Hanoi Health Centre\" --region 1 --phone \"1900 0000\"\n  lachan-node init relay --home ./relay --trust trust.txt --root \"$VKEY\""
    }
    /// Examples of release request
    ExamplesRequest {
        vi: "Ví dụ (văn phòng đang chạy):\n  lachan-node release request --home ./vanphong --venue 00112233445566778899aabbccddeeff --from 2026-11-24T09:10:00Z --to 2026-11-24T10:25:00Z --advice 2",
        en: "Example (with the office running):\n  lachan-node release request --home ./office --venue 00112233445566778899aabbccddeeff --from 2026-11-24T09:10:00Z --to 2026-11-24T10:25:00Z --advice 2"
    }
    /// Examples of trust sign
    ExamplesSign {
        vi: "Ví dụ:\n  lachan-node trust root --out root.key\n  lachan-node trust sign --root-key root.key --sequence 1 --until 2027-12-31T00:00:00Z --authority ./vanphong/authority.txt --out trust.txt",
        en: "Example:\n  lachan-node trust root --out root.key\n  lachan-node trust sign --root-key root.key --sequence 1 --until 2027-12-31T00:00:00Z --authority ./office/authority.txt --out trust.txt"
    }
    /// Examples of publish
    ExamplesPublish {
        vi: "Ví dụ (văn phòng đang chạy):\n  lachan-node publish --home ./vanphong",
        en: "Example (with the office running):\n  lachan-node publish --home ./office"
    }
    /// Examples of release
    ExamplesRelease {
        vi: "Ví dụ (văn phòng đang chạy):\n  lachan-node release request --home ./vanphong --venue 00112233445566778899aabbccddeeff --from 2026-11-24T09:10:00Z --to 2026-11-24T10:25:00Z\n  lachan-node release list --home ./vanphong",
        en: "Examples (with the office running):\n  lachan-node release request --home ./office --venue 00112233445566778899aabbccddeeff --from 2026-11-24T09:10:00Z --to 2026-11-24T10:25:00Z\n  lachan-node release list --home ./office"
    }
    /// Examples of release list
    ExamplesList {
        vi: "Ví dụ (văn phòng đang chạy):\n  lachan-node release list --home ./vanphong",
        en: "Example (with the office running):\n  lachan-node release list --home ./office"
    }
    /// Examples of repair
    ExamplesRepair {
        vi: "Ví dụ (khi văn phòng đã dừng):\n  lachan-node repair --home ./vanphong\n  lachan-node repair --home ./vanphong --accept-rollback",
        en: "Examples (with the office stopped):\n  lachan-node repair --home ./office\n  lachan-node repair --home ./office --accept-rollback"
    }
    /// Examples of revoke
    ExamplesRevoke {
        vi: "Ví dụ (văn phòng đang chạy):\n  lachan-node revoke --home ./vanphong --venue 00112233445566778899aabbccddeeff --from 2026-11-24T09:00:00Z",
        en: "Example (with the office running):\n  lachan-node revoke --home ./office --venue 00112233445566778899aabbccddeeff --from 2026-11-24T09:00:00Z"
    }
    /// Examples of rotate-key
    ExamplesRotateKey {
        vi: "Ví dụ (khi nút đã dừng):\n  lachan-node rotate-key --home ./nut\nSau đó báo địa chỉ mới cho mọi nơi đã ghi địa chỉ cũ: peers và office-at của các nút khác, ứng dụng, áp phích.",
        en: "Example (with the node stopped):\n  lachan-node rotate-key --home ./relay\nThen tell the new address to everybody who wrote the old one down: peers and office-at of other nodes, clients, posters."
    }
    /// Examples of run
    ExamplesRun {
        vi: "Ví dụ:\n  lachan-node run --home ./nut",
        en: "Example:\n  lachan-node run --home ./relay"
    }
    /// Examples of status
    ExamplesStatus {
        vi: "Ví dụ (nút đang chạy):\n  lachan-node status --home ./nut\n  lachan-node status --home ./nut --json",
        en: "Examples (with the node running):\n  lachan-node status --home ./relay\n  lachan-node status --home ./relay --json"
    }
    /// Examples of trust
    ExamplesTrust {
        vi: "Ví dụ:\n  lachan-node trust root --out root.key\n  lachan-node trust sign --root-key root.key --sequence 1 --until 2027-12-31T00:00:00Z --authority ./vanphong/authority.txt --out trust.txt\n  lachan-node trust install --home ./nut --trust trust.txt --root \"$VKEY\"",
        en: "Examples:\n  lachan-node trust root --out root.key\n  lachan-node trust sign --root-key root.key --sequence 1 --until 2027-12-31T00:00:00Z --authority ./office/authority.txt --out trust.txt\n  lachan-node trust install --home ./relay --trust trust.txt --root \"$VKEY\""
    }
    /// Examples of trust install
    ExamplesInstall {
        vi: "Ví dụ (VKEY là dòng mà `trust root` in ra):\n  lachan-node trust install --home ./nut --trust trust.txt --root \"$VKEY\"",
        en: "Example (VKEY is the line that `trust root` printed):\n  lachan-node trust install --home ./relay --trust trust.txt --root \"$VKEY\""
    }
    /// Examples of trust root
    ExamplesTrustRoot {
        vi: "Ví dụ:\n  VKEY=$(lachan-node trust root --out root.key | tail -n 1)",
        en: "Example:\n  VKEY=$(lachan-node trust root --out root.key | tail -n 1)"
    }
    /// init
    Init {
        vi: "Tạo thư mục dữ liệu: thiết lập đầy đủ, khoá; văn phòng có thêm authority.txt",
        en: "Make a home: complete settings, keys; an office's also authority.txt"
    }
    /// publish
    Publish {
        vi: "Công bố ngay lô của kỳ gần nhất đã đến hạn",
        en: "Publish the newest due tick's batch now"
    }
    /// release
    Release { vi: "Xin địa điểm công bố các giờ, và xem kết quả", en: "Ask venues to release hours, and see what came of it" }
    /// release list
    ReleaseList { vi: "Liệt kê các yêu cầu", en: "List the requests" }
    /// release request
    ReleaseRequest {
        vi: "Xin nửa khoá của các giờ mà người bệnh đã ở một địa điểm",
        en: "Ask a venue for its half of the keys of the hours in which an ill person was there"
    }
    /// repair
    Repair {
        vi: "Kiểm tra kho dữ liệu của văn phòng; nếu cần, chấp nhận phần đã mất",
        en: "Check the office's store and, if told to, accept a loss"
    }
    /// revoke
    Revoke {
        vi: "Thu hồi mã của một địa điểm: tờ bị mất, hay khoá của địa điểm bị trộm",
        en: "Revoke a venue's code: a lost sheet, or a stolen key of the venue"
    }
    /// rotate-key
    RotateKey {
        vi: "Cho nút một khoá mạng mới; mã nút (/p2p/ID) thay đổi",
        en: "Give the node a new network key; its peer id (/p2p/ID) changes"
    }
    /// run
    Run { vi: "Phục vụ cho đến khi bị ngắt (Ctrl-C)", en: "Serve until interrupted (Ctrl-C)" }
    /// status
    Status { vi: "Hiện nút đang chạy, sổ và văn phòng", en: "Show the running node, its logs and its office" }
    /// trust
    Trust { vi: "Làm, ký và cài danh sách tin cậy", en: "Make, sign and install trust lists" }
    /// trust install
    TrustInstall { vi: "Cài danh sách tin cậy cho nút này", en: "Give this node its trust list" }
    /// trust root
    TrustRoot { vi: "Tạo khoá gốc mới và in khoá công khai", en: "Make a new root key and print its public half" }
    /// trust sign
    TrustSign { vi: "Ký danh sách tin cậy", en: "Sign a trust list" }
}
