package shards

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// note tells what a shard of an unfinished set holds. It is written after the shard.
type note struct {
	layout
	Shard file `json:"shard"`
}

func noteName(shard string) string { return strings.TrimSuffix(shard, ".npy") + ".json" }

// sweep deletes what a killed run had begun to write. A file that stays only takes room.
func sweep(dir string) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".tmp-shard-") {
			os.Remove(filepath.Join(dir, e.Name()))
		}
	}
}

// finished lists the shards in dir, from the first, that are full, undamaged and of this layout.
func finished(ctx context.Context, dir string, l layout) ([]file, error) {
	var kept []file
	rows := map[int]bool{}
	for i := 0; ; i++ {
		path := filepath.Join(dir, shardName(i))
		data, err := os.ReadFile(noteName(path))
		if err != nil {
			return kept, nil
		}
		var n note
		if strict(data, &n) != nil || n.layout != l || n.Shard.check(i, l) != nil || len(n.Shard.Entries) != l.PerShard {
			return kept, nil
		}
		for _, e := range n.Shard.Entries {
			if e.Row < 0 || rows[e.Row] {
				return kept, nil
			}
			rows[e.Row] = true
		}
		if err := verify(ctx, path, n.Shard); ctx.Err() != nil {
			return nil, fmt.Errorf("shards: %w", ctx.Err())
		} else if err != nil {
			return kept, nil
		}
		kept = append(kept, n.Shard)
	}
}

// verify compares size and hash of the shard at path.
func verify(ctx context.Context, path string, f file) error {
	in, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("shards: %w; write the set again", err)
	}
	defer in.Close()
	if err := checkSize(in, path, f); err != nil {
		return err
	}
	sum := sha256.New()
	r := bufio.NewReaderSize(in, 1<<20)
	for {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		_, err := io.CopyN(sum, r, 16<<20)
		if err == io.EOF {
			break
		}
		if err != nil {
			return fmt.Errorf("shards: %w", err)
		}
	}
	if got := hex.EncodeToString(sum.Sum(nil)); got != f.SHA256 {
		return fmt.Errorf("shards: %s has changed: its SHA-256 is %s… and the manifest says %.12s…; delete the folder and write the set again", path, got[:12], f.SHA256)
	}
	return nil
}

func checkSize(in *os.File, path string, f file) error {
	info, err := in.Stat()
	if err != nil {
		return fmt.Errorf("shards: %w", err)
	}
	if info.Size() != f.Bytes || !info.Mode().IsRegular() {
		return fmt.Errorf("shards: %s has %d bytes; want %d: it is torn or was changed; delete the folder and write the set again", path, info.Size(), f.Bytes)
	}
	return nil
}
