package shards

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/gopatchwork/patchwork/internal/atomicfile"
)

const (
	manifestName    = "manifest.json"
	manifestVersion = 1
	maxImageBytes   = 1 << 30
)

// Shape is the height, the width and the channels of every image of a set.
type Shape struct {
	H int `json:"height"`
	W int `json:"width"`
	C int `json:"channels"`
}

func (s Shape) values() int { return s.H * s.W * s.C }

func (s Shape) check() error {
	if s.H < 1 || s.W < 1 || s.C < 1 || s.H > maxImageBytes || s.W > maxImageBytes/s.H || s.C > maxImageBytes/4/(s.H*s.W) {
		return fmt.Errorf("an image has %d x %d pixels of %d channels; want 1 or more of each and at most %d values", s.W, s.H, s.C, maxImageBytes/4)
	}
	return nil
}

// Entry says which image one of a set is.
type Entry struct {
	Row  int    `json:"row"`
	ID   string `json:"id"`
	Hash string `json:"hash"` // of the file it was decoded from, as in imageset.Image
}

// file is a shard in the manifest, and alone in a file beside the shard until the set is complete.
type file struct {
	Name    string  `json:"file"`
	Bytes   int64   `json:"bytes"`
	SHA256  string  `json:"sha256"`
	Entries []Entry `json:"images"`
}

// layout is what all shards of a set have in common. A shard with another is of no use to a run that goes on.
type layout struct {
	Version  int     `json:"version"`
	Shape    Shape   `json:"shape"`
	Type     Type    `json:"type"`
	Norm     float32 `json:"norm"` // values are divided by it on reading
	PerShard int     `json:"images_per_shard"`
	Recipe   string  `json:"recipe"`
}

type manifest struct {
	layout
	Shards []file `json:"shards"`
}

func shardName(i int) string { return fmt.Sprintf("shard-%05d.npy", i) }

func (l layout) check() error {
	if l.Version != manifestVersion {
		return fmt.Errorf("its version is %d and this program reads %d; use the program that wrote it, or write the set again", l.Version, manifestVersion)
	}
	if l.Type.size() == 0 {
		return fmt.Errorf("the type is %q; want %q or %q", l.Type, Uint8, Float32)
	}
	if !(l.Norm > 0) || l.Norm > 1e30 {
		return fmt.Errorf("the norm is %g; want a positive number", l.Norm)
	}
	if l.PerShard < 1 || l.PerShard > 1<<30 {
		return fmt.Errorf("there are %d images a shard; want 1 or more", l.PerShard)
	}
	return l.Shape.check()
}

// bytes is the size of a shard of n images.
func (l layout) bytes(n int) int64 {
	return headerSize + int64(n)*int64(l.Shape.values()*l.Type.size())
}

func (f file) check(i int, l layout) error {
	if f.Name != shardName(i) {
		return fmt.Errorf("shard %d is the file %q; want %q", i, f.Name, shardName(i))
	}
	if n := len(f.Entries); n < 1 || n > l.PerShard {
		return fmt.Errorf("%s has %d images; want 1 to %d", f.Name, n, l.PerShard)
	}
	if want := l.bytes(len(f.Entries)); f.Bytes != want {
		return fmt.Errorf("%s has %d bytes by the manifest; %d images need %d", f.Name, f.Bytes, len(f.Entries), want)
	}
	if sum, err := hex.DecodeString(f.SHA256); err != nil || len(sum) != 32 {
		return fmt.Errorf("%s has the SHA-256 %q; want 64 hex digits", f.Name, f.SHA256)
	}
	return nil
}

// parse reads a manifest and checks all that can be checked without the shards.
func parse(data []byte) (*manifest, error) {
	var m manifest
	if err := strict(data, &m); err != nil {
		return nil, err
	}
	if err := m.check(); err != nil {
		return nil, err
	}
	if len(m.Shards) == 0 {
		return nil, errors.New("it lists no shards")
	}
	rows := map[int]bool{}
	for i, f := range m.Shards {
		if err := f.check(i, m.layout); err != nil {
			return nil, err
		}
		if i < len(m.Shards)-1 && len(f.Entries) != m.PerShard {
			return nil, fmt.Errorf("%s has %d images; want %d in all shards but the last", f.Name, len(f.Entries), m.PerShard)
		}
		for _, e := range f.Entries {
			if e.Row < 0 || rows[e.Row] {
				return nil, fmt.Errorf("%s lists row %d, which is negative or listed before", f.Name, e.Row)
			}
			rows[e.Row] = true
		}
	}
	return &m, nil
}

// strict reads one JSON value that fills data and has no unknown fields.
func strict(data []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("something follows the end")
	}
	return nil
}

func readManifest(dir string) (*manifest, error) {
	name := filepath.Join(dir, manifestName)
	data, err := os.ReadFile(name)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("shards: %s is no complete set, for it has no %s; write it, to the end: %w", dir, manifestName, os.ErrNotExist)
	}
	if err != nil {
		return nil, fmt.Errorf("shards: %w", err)
	}
	m, err := parse(data)
	if err != nil {
		return nil, fmt.Errorf("shards: %s is damaged or not ours: %w; delete it and write the set again", name, err)
	}
	return m, nil
}

// save writes v as JSON to name and makes it last.
func save(name string, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return atomicfile.Write(name, append(data, '\n'), 0o644, atomicfile.Durable)
}
