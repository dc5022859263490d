// Reads a log of Lá Chắn with Go's own implementation of signed notes and transparency logs, and makes notes that
// Lá Chắn must read. Knows golang.org/x/mod/sumdb alone; shares no code with the rest of the repository.
// Run by node/tests/office/interop.rs; formats in specs/protocol.md §8.1 to §8.3.
//
//	interop verify FOLDER VKEY NOTE...   every leaf, and that each NOTE (a file) is an earlier checkpoint of FOLDER
//	interop make NAME COUNT              COUNT signed notes as JSON lines
package main

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func fail(format string, args ...interface{}) {
	fmt.Fprintf(os.Stderr, format+"\n", args...)
	os.Exit(1)
}

// checkpoint verifies a note under the log's key and reads its three lines.
func checkpoint(file string, verifier note.Verifier) tlog.Tree {
	bytes, err := os.ReadFile(file)
	if err != nil {
		fail("%v", err)
	}
	opened, err := note.Open(bytes, note.VerifierList(verifier))
	if err != nil {
		fail("%s: %v", file, err)
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() || lines[3] != "" {
		fail("%s: not three lines of this log", file)
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	root, err2 := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || err2 != nil || len(root) != tlog.HashSize {
		fail("%s: size or root is malformed", file)
	}
	tree := tlog.Tree{N: size}
	copy(tree.Hash[:], root)
	return tree
}

// place is the tlog-tiles path of a tile or bundle: Go's own has the height in it.
func place(kind string, index int64, width int) string {
	path := fmt.Sprintf("%03d", index%1000)
	for index >= 1000 {
		index /= 1000
		path = fmt.Sprintf("x%03d/%s", index%1000, path)
	}
	if width < 256 {
		path += ".p/" + strconv.Itoa(width)
	}
	return filepath.Join("tile", kind, path)
}

// folder serves tiles to tlog from the files of a log.
type folder string

func (folder) Height() int { return 8 }

func (dir folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var data [][]byte
	for _, tile := range tiles {
		bytes, err := os.ReadFile(filepath.Join(string(dir), place(strconv.Itoa(tile.L), tile.N, tile.W)))
		if err != nil {
			return nil, err
		}
		data = append(data, bytes)
	}
	return data, nil
}

func (folder) SaveTiles([]tlog.Tile, [][]byte) {}

func leaves(dir string, size int64) [][]byte {
	var leaves [][]byte
	for bundle := int64(0); bundle*256 < size; bundle++ {
		width := size - bundle*256
		if width > 256 {
			width = 256
		}
		bytes, err := os.ReadFile(filepath.Join(dir, place("entries", bundle, int(width))))
		if err != nil {
			fail("%v", err)
		}
		for len(bytes) >= 2 {
			length := 2 + int(binary.BigEndian.Uint16(bytes))
			if length > len(bytes) {
				fail("bundle %d is cut", bundle)
			}
			leaves = append(leaves, bytes[2:length])
			bytes = bytes[length:]
		}
	}
	return leaves
}

func verify(dir, vkey string, earlier []string) {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		fail("%v", err)
	}
	tree := checkpoint(filepath.Join(dir, "checkpoint"), verifier)
	reader := tlog.TileHashReader(tree, folder(dir))
	all := leaves(dir, tree.N)
	if int64(len(all)) != tree.N {
		fail("%d leaves under a checkpoint of %d", len(all), tree.N)
	}
	for index, leaf := range all {
		proof, err := tlog.ProveRecord(tree.N, int64(index), reader)
		if err != nil {
			fail("leaf %d: %v", index, err)
		}
		if err := tlog.CheckRecord(proof, tree.N, tree.Hash, int64(index), tlog.RecordHash(leaf)); err != nil {
			fail("leaf %d: %v", index, err)
		}
	}
	for _, file := range earlier {
		old := checkpoint(file, verifier)
		if old.N == 0 {
			continue
		}
		proof, err := tlog.ProveTree(tree.N, old.N, reader)
		if err != nil {
			fail("%s: %v", file, err)
		}
		if err := tlog.CheckTree(proof, tree.N, tree.Hash, old.N, old.Hash); err != nil {
			fail("%s: %v", file, err)
		}
	}
	fmt.Printf("%d leaves, %d earlier checkpoints\n", len(all), len(earlier))
}

func makeNotes(name string, count int) {
	lines := json.NewEncoder(os.Stdout)
	for number := 0; number < count; number++ {
		secret, vkey, err := note.GenerateKey(rand.Reader, name)
		if err != nil {
			fail("%v", err)
		}
		signer, err := note.NewSigner(secret)
		if err != nil {
			fail("%v", err)
		}
		text := fmt.Sprintf("%s\n%d\n%s\n", name, number, base64.StdEncoding.EncodeToString(make([]byte, 32)))
		signed, err := note.Sign(&note.Note{Text: text}, signer)
		if err != nil {
			fail("%v", err)
		}
		if err := lines.Encode(map[string]string{"vkey": vkey, "text": text, "note": string(signed)}); err != nil {
			fail("%v", err)
		}
	}
}

func main() {
	args := os.Args[1:]
	switch {
	case len(args) >= 3 && args[0] == "verify":
		verify(args[1], args[2], args[3:])
	case len(args) == 3 && args[0] == "make":
		count, err := strconv.Atoi(args[2])
		if err != nil {
			fail("%v", err)
		}
		makeNotes(args[1], count)
	default:
		fail("interop verify FOLDER VKEY NOTE... | interop make NAME COUNT")
	}
}
