//! The morning: the office opens, the trust list is signed, relays start, venues register.
//! Knows the commands of node and client; does not know visits.
//! Specified in README.md, "The town".

use crate::home::CommandError;
use crate::say;
use crate::town::TownError;
use crate::town::cast::{
    CITIZENS, Cast, MARKET, MARKET_PLACE, ORIGIN, RESTAURANT, RESTAURANT_PLACE,
};
use crate::town::screen::Screen;
use serde_json::Value;

/// What the town knows after the morning.
#[derive(Debug)]
pub struct Codes {
    /// The code id of the restaurant's screen.
    pub restaurant: String,
    /// The code id of the market's sheet.
    pub market: String,
    /// Addresses of the two relays that run from the morning on.
    pub relays: [String; 2],
}

/// A field of an answer, as a text.
pub fn field(
    answer: &Value,
    command: &'static str,
    field: &'static str,
) -> Result<String, TownError> {
    answer[field]
        .as_str()
        .map(str::to_owned)
        .ok_or(TownError::NoField { command, field })
}

/// Plays the morning.
pub fn open_the_town(cast: &mut Cast, screen: &mut Screen) -> Result<Codes, TownError> {
    screen.title(
        &say!("Lá Chắn · một ngày ở thị trấn Bến Nước", "Lá Chắn · a day in the town of Bến Nước"),
        &say!(
            "Một cơ quan y tế, ba nút chuyển tiếp, ba địa điểm, năm người dân: mười hai tiến trình và tệp riêng, nói chuyện qua libp2p thật.",
            "One health authority, three relays, three venues, five citizens: separate programs with files of their own, over real libp2p sockets."
        ),
    );
    cast.set_clock(9, 5)?;
    screen.chapter(&say!(
        "Buổi sáng: ai tin khoá của ai",
        "Morning: who trusts whose keys"
    ));
    let office = found_office(cast, screen)?;
    let relays = start_relays(cast, &office, screen)?;
    init_clients(cast, &relays)?;
    screen.chapter(&say!("Hai địa điểm đăng ký", "Two venues register"));
    let (restaurant, market) = register_venues(cast, &relays, screen)?;
    Ok(Codes {
        restaurant,
        market,
        relays,
    })
}

const ROOT: &str = "root.vkey";

/// The root's vkey, which a deployment prints in its README, on posters and in the build.
pub fn root_vkey(cast: &Cast) -> Result<String, TownError> {
    Ok(std::fs::read_to_string(cast.folder.join(ROOT))?
        .trim()
        .to_owned())
}

fn found_office(cast: &mut Cast, screen: &mut Screen) -> Result<String, TownError> {
    let office = cast.office.clone();
    office.run(&[
        "init",
        "office",
        "--test-clock",
        "--listen",
        "/ip4/127.0.0.1/tcp/0",
        "--origin",
        ORIGIN,
        "--name-vi",
        "Trung tâm Y tế Bến Nước",
        "--name-en",
        "Bến Nước Health Centre",
        "--region",
        "1",
        "--phone",
        "1900 0000",
    ])?;
    screen.deed(
        "09:05",
        &tr(screen, "Cơ quan", "Office"),
        &say!(
            "tạo khoá sổ, khoá mã và khoá lô: ba khoá khác nhau",
            "makes its keys for log, codes and batches: three different ones"
        ),
    );
    let root_key = cast.file("root.key");
    let root = office.run(&["trust", "root", "--out", &root_key])?;
    let vkey = field(&root, "trust root", "vkey")?;
    std::fs::write(cast.folder.join(ROOT), format!("{vkey}\n"))?;
    let until = cast.day.plus(400 * 86_400).to_string();
    let authority = office.folder().join("authority.txt").display().to_string();
    let list = cast.file("trust.txt");
    office.run(&[
        "trust",
        "sign",
        "--root-key",
        &root_key,
        "--sequence",
        "1",
        "--until",
        &until,
        "--authority",
        &authority,
        "--out",
        &list,
    ])?;
    office.run(&["trust", "install", "--trust", &list, "--root", &vkey])?;
    screen.deed(
        "09:05",
        &tr(screen, "Gốc", "Root"),
        &say!(
            "ký danh sách tin cậy; khoá gốc in ở áp phích và trong bản dựng",
            "signs the trust list; its key is printed on posters and in the build"
        ),
    );
    let address = cast.start(&office)?;
    screen.deed(
        "09:05",
        &tr(screen, "Cơ quan", "Office"),
        &say!(
            "chạy, và ghi khoá nhận thư của hôm nay vào sổ kiểm chứng",
            "runs, and writes today's mailbox key into its log"
        ),
    );
    Ok(address)
}

/// Makes and starts a relay that trusts the list and knows the office and other peers.
pub fn start_relay(
    cast: &mut Cast,
    number: usize,
    office: &str,
    peers: &[&str],
) -> Result<String, TownError> {
    let relay = cast.relays[number].clone();
    let (list, vkey) = (cast.file("trust.txt"), root_vkey(cast)?);
    let mut args = vec![
        "init",
        "relay",
        "--test-clock",
        "--listen",
        "/ip4/127.0.0.1/tcp/0",
        "--trust",
        &list,
        "--root",
        &vkey,
    ];
    if !office.is_empty() {
        args.extend(["--office-at", office, "--peer", office]);
    }
    for peer in peers {
        args.extend(["--peer", peer]);
    }
    relay.run(&args)?;
    Ok(cast.start(&relay)?)
}

fn start_relays(
    cast: &mut Cast,
    office: &str,
    screen: &mut Screen,
) -> Result<[String; 2], TownError> {
    let first = start_relay(cast, 0, office, &[])?;
    let second = start_relay(cast, 1, office, &[&first])?;
    screen.deed(
        "09:05",
        &tr(screen, "Nút 1, 2", "Relays 1, 2"),
        &say!(
            "nối với cơ quan, kiểm từng lá của sổ và giữ một bản",
            "join the office, verify every leaf of its log and keep a copy"
        ),
    );
    screen.learned(
        &tr(screen, "Nút", "a relay"),
        &say!(
            "thư niêm phong cỡ không đổi và lô công khai; không biết ai ở đâu",
            "sealed messages of constant size and public batches; not who was where"
        ),
    );
    Ok([first, second])
}

fn init_clients(cast: &Cast, relays: &[String; 2]) -> Result<(), TownError> {
    let (list, vkey) = (cast.file("trust.txt"), root_vkey(cast)?);
    for (number, client) in cast.clients().enumerate() {
        let node = &relays[number % 2];
        client.run(&[
            "init",
            "--test-clock",
            "--trust",
            &list,
            "--root",
            &vkey,
            "--node",
            node,
        ])?;
    }
    Ok(())
}

fn register_venues(
    cast: &Cast,
    relays: &[String; 2],
    screen: &mut Screen,
) -> Result<(String, String), TownError> {
    let first = cast.at(9, 0).to_string();
    let register = |venue: usize, args: &[&str]| -> Result<String, CommandError> {
        let mut words = vec!["venue", "register", "--first", &first];
        words.extend_from_slice(args);
        words.extend(["--from", &relays[venue]]);
        let answer = cast.venues[venue].run(&words)?;
        Ok(answer["code_id"].as_str().unwrap_or_default().to_owned())
    };
    let restaurant = register(
        0,
        &[
            "--schedule",
            "screen",
            "--name",
            RESTAURANT,
            "--place",
            RESTAURANT_PLACE,
            "--kind",
            "restaurant",
            "--hours",
            "48",
        ],
    )?;
    screen.deed("09:06", RESTAURANT, &say!(
        "đăng ký màn hình: gửi điểm của các giờ tới cơ quan qua nút 1, nhận lại mã đã ký",
        "registers a screen: its hours' points go sealed to the office by relay 1, signed codes come back"
    ));
    let market = register(
        1,
        &[
            "--schedule",
            "sheet",
            "--name",
            MARKET,
            "--place",
            MARKET_PLACE,
            "--kind",
            "market",
            "--hours",
            "744",
        ],
    )?;
    screen.deed("09:07", MARKET, &say!(
        "đăng ký tờ tháng: một mã in cho 31 ngày, được công bố nhiều nhất 15 giờ",
        "registers a sheet: one printed code for 31 days, of which at most 15 hours can be released"
    ));
    screen.learned(
        &tr(screen, "Cơ quan", "the office"),
        &say!(
            "hai địa điểm này có tồn tại, và một nửa khoá của mỗi giờ",
            "that these two venues exist, and one half of each hour's key"
        ),
    );
    screen.learned(
        &tr(screen, "Địa điểm", "each venue"),
        &say!(
            "nửa kia; khoá trọn vẹn không tồn tại ở đâu cả",
            "the other half; the whole key exists nowhere"
        ),
    );
    Ok((restaurant, market))
}

/// A name in the story's language.
pub fn tr(screen: &Screen, vi: &str, en: &str) -> String {
    match screen.language() {
        crate::town::screen::Language::Vi => vi.to_owned(),
        crate::town::screen::Language::En => en.to_owned(),
    }
}

/// The citizen's number.
pub fn citizen(name: &str) -> usize {
    CITIZENS
        .iter()
        .position(|&citizen| citizen == name)
        .expect("the story names only citizens of the cast")
}
