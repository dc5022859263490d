//! The server's side of the control socket.
//! Knows lines and who waits for an answer; does not know what the commands do.
//! Specified in specs/interfaces.md.

use super::{Answer, AskLine, ControlError, LONGEST_LINE, ShortPath, answer_line};
use crate::messages::{Explain, Lang};
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;

/// How long somebody may take to ask.
const PATIENCE: Duration = Duration::from_secs(10);
/// Commands answered at once; queues of commands hold as many, so that none of them is ever full.
pub const MOST: usize = 32;

/// A command that waits for its answer.
#[derive(Debug)]
pub struct Asked {
    /// What was asked.
    pub ask: super::Ask,
    /// The language of who asked.
    pub lang: Lang,
    /// Where the answer goes.
    pub answer: oneshot::Sender<Answer>,
}

/// The socket; its file goes when this is dropped.
#[derive(Debug)]
pub struct Server {
    listener: UnixListener,
    file: PathBuf,
}

impl Server {
    /// Listens. The caller holds the home's lock, so a file that lies there is left from a process that is gone.
    ///
    /// # Errors
    /// Those of the system.
    pub fn bind(socket: &Path) -> std::io::Result<Self> {
        match std::fs::remove_file(socket) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            Ok(()) | Err(_) => {}
        }
        let short = ShortPath::new(socket)?;
        let listener = UnixListener::bind(short.path())?;
        std::fs::set_permissions(socket, Permissions::from_mode(0o600))?;
        Ok(Self {
            listener,
            file: socket.to_owned(),
        })
    }

    /// Hands commands on until nobody takes them.
    pub async fn run(self, commands: mpsc::Sender<Asked>) {
        let mut serving = JoinSet::new();
        loop {
            tokio::select! {
                () = commands.closed() => break,
                Some(_) = serving.join_next(), if !serving.is_empty() => {}
                accepted = self.listener.accept(), if serving.len() < MOST => match accepted {
                    Ok((stream, _)) => {
                        serving.spawn(serve(stream, commands.clone()));
                    }
                    Err(error) => {
                        tracing::warn!(%error, "the control socket does not accept");
                        tokio::time::sleep(Duration::from_millis(200)).await;
                    }
                },
            }
        }
        // whoever was asked before may still be answering
        let rest = async { while serving.join_next().await.is_some() {} };
        tokio::time::timeout(Duration::from_secs(2), rest)
            .await
            .ok();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        std::fs::remove_file(&self.file).ok();
    }
}

async fn serve(mut stream: UnixStream, commands: mpsc::Sender<Asked>) {
    let (reader, mut writer) = stream.split();
    let mut line = Vec::new();
    let mut reader = BufReader::new(reader.take(LONGEST_LINE));
    let read = tokio::time::timeout(PATIENCE, reader.read_until(b'\n', &mut line)).await;
    if !matches!(read, Ok(Ok(1..))) {
        return;
    }
    let answer = answer(&line, &commands).await;
    // who asked may have gone
    writer.write_all(&answer_line(&answer)).await.ok();
}

async fn answer(line: &[u8], commands: &mpsc::Sender<Asked>) -> Answer {
    let asked: Option<AskLine> = serde_json::from_slice(line).ok();
    let Some((ask, lang)) = asked
        .filter(|asked| asked.v == 1)
        .map(|asked| (asked.ask, Lang::from_code(&asked.lang).unwrap_or_default()))
    else {
        return Err(ControlError::Malformed.explain(Lang::default()));
    };
    let (answer, answered) = oneshot::channel();
    let stopping = || ControlError::Stopping.explain(lang);
    let asked = Asked { ask, lang, answer };
    commands.send(asked).await.map_err(|_| stopping())?;
    answered.await.map_err(|_| stopping())?
}

#[cfg(test)]
mod tests {
    use super::super::{Ask, ask};
    use super::*;
    use serde_json::json;

    #[tokio::test(flavor = "multi_thread")]
    async fn a_command_is_answered_also_under_a_long_path_and_afterwards_nobody_is_there() {
        let dir = tempfile::tempdir().unwrap();
        let long = dir.path().join("a".repeat(120));
        std::fs::create_dir(&long).unwrap();
        let socket = long.join("control.sock");
        let server = Server::bind(&socket).unwrap();
        let (commands, mut asked) = mpsc::channel(1);
        let running = tokio::spawn(server.run(commands));
        let path = socket.clone();
        let asking = tokio::task::spawn_blocking(move || ask(&path, Lang::En, Ask::Status));
        let Asked {
            ask: what,
            lang,
            answer,
        } = asked.recv().await.unwrap();
        assert_eq!((what, lang), (Ask::Status, Lang::En));
        answer.send(Ok(json!({"peers": 3}))).unwrap();
        assert_eq!(asking.await.unwrap(), Ok(Ok(json!({"peers": 3}))));
        drop(asked);
        running.await.unwrap();
        assert_eq!(
            ask(&socket, Lang::En, Ask::Status),
            Err(ControlError::NotRunning)
        );
    }
    #[tokio::test(flavor = "multi_thread")]
    async fn garbage_gets_an_answer_and_who_says_nothing_keeps_nobody_waiting() {
        use std::io::{Read, Write};
        use std::os::unix::net::UnixStream;
        let dir = tempfile::tempdir().unwrap();
        let socket = dir.path().join("control.sock");
        let server = Server::bind(&socket).unwrap();
        let mode = std::fs::metadata(&socket).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let (commands, mut asked) = mpsc::channel(1);
        tokio::spawn(server.run(commands));
        tokio::spawn(async move {
            while let Some(asked) = asked.recv().await {
                asked.answer.send(Ok(json!({}))).ok();
            }
        });
        let asking = tokio::task::spawn_blocking(move || {
            let silent: Vec<UnixStream> = (0..MOST - 1)
                .map(|_| UnixStream::connect(&socket).unwrap())
                .collect();
            let longest = usize::try_from(LONGEST_LINE).unwrap();
            let lines: [&[u8]; 5] = [
                b"\n",
                b"\xff\xfe\n",
                b"{}\n",
                b"{\"v\":2,\"lang\":\"en\",\"ask\":{\"command\":\"publish\"}}\n",
                &vec![b'['; longest],
            ];
            for line in lines {
                let mut stream = UnixStream::connect(&socket).unwrap();
                stream.write_all(line).unwrap();
                let mut answer = String::new();
                stream.read_to_string(&mut answer).unwrap();
                assert!(answer.contains("Control::Malformed"), "{answer}");
            }
            let answer = ask(&socket, Lang::En, Ask::Status);
            drop(silent);
            answer
        });
        assert_eq!(asking.await.unwrap(), Ok(Ok(json!({}))));
    }
}
