package multitask

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"

	"github.com/gopatchwork/patchwork/internal/atomicfile"
)

const (
	fileFormat  = "patchwork multitask"
	fileVersion = "1"
)

// ErrDamaged means that a model's file does not hold what was saved there.
var ErrDamaged = errors.New("multitask: the model is damaged")

// Save writes the model as one file in the safetensors format, which Python reads too: the arrays by their paths, such as
// trunk/1/kernel and out0/bias, and as metadata format, version, info (the JSON of Info) and sha256 of both. An older file is
// replaced when the new one is on disk.
//
// Errors: the file cannot be written; an older one then stays.
func (m *Model) Save(file string) error {
	arrays := map[string]array{}
	for _, p := range m.layout.parts {
		for _, v := range p.vars {
			path := p.path + "/" + v.Path
			arrays[path[1:]] = array{v.Dims, m.weights[path]}
		}
	}
	info, err := json.Marshal(m.info)
	if err != nil {
		return fmt.Errorf("multitask: cannot save the model: %w", err)
	}
	data, err := packTensors(arrays, map[string]string{
		"format": fileFormat, "version": fileVersion, "info": string(info), "sha256": m.weights.sum(string(info)),
	})
	if err == nil {
		err = os.MkdirAll(filepath.Dir(file), 0o755)
	}
	if err == nil {
		err = atomicfile.Write(file, data, 0o644, atomicfile.Durable)
	}
	if err != nil {
		return fmt.Errorf("multitask: cannot save the model in %s: %w; an earlier one is as it was", file, atomicfile.Cause(err))
	}
	return nil
}

// Load opens a model that Save wrote, in this process or another. On the same machine and backend it gives the same
// scores, bit for bit.
//
// Errors: the file does not exist (fs.ErrNotExist); it holds something else, or a model of a newer version; it is cut short
// or changed (ErrDamaged).
func Load(file string) (*Model, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("multitask: no model: %w", err)
	}
	damaged := func(why error) error { return fmt.Errorf("%w: %s: %w. Train again", ErrDamaged, file, why) }
	arrays, metadata, err := unpackTensors(data)
	if err != nil {
		return nil, damaged(err)
	}
	if metadata["format"] != fileFormat {
		return nil, fmt.Errorf("multitask: %s is not a model of tasks (format %q); is this another file?", file, metadata["format"])
	}
	if metadata["version"] != fileVersion {
		return nil, fmt.Errorf("multitask: %s has version %s and this program reads version %s; update patchwork, or train again", file, metadata["version"], fileVersion)
	}
	m := &Model{weights: weights{}}
	d := json.NewDecoder(bytes.NewReader([]byte(metadata["info"])))
	d.DisallowUnknownFields()
	if err := d.Decode(&m.info); err != nil {
		return nil, damaged(err)
	}
	if m.layout, err = newLayout(m.info.Options, m.info.Input, m.info.Tasks); err != nil {
		return nil, damaged(err)
	}
	for _, p := range m.layout.parts {
		for _, v := range p.vars {
			path := p.path + "/" + v.Path
			a, ok := arrays[path[1:]]
			if !ok || !slices.Equal(a.shape, v.Dims) {
				return nil, damaged(fmt.Errorf("the array %s is %v; want %v", path[1:], a.shape, v.Dims))
			}
			m.weights[path] = a.values
		}
	}
	if got := m.weights.sum(metadata["info"]); got != metadata["sha256"] {
		return nil, damaged(fmt.Errorf("its content has the SHA-256 %.12s… and it was written with %.12s…", got, metadata["sha256"]))
	}
	return m, nil
}

// sum is the SHA-256 of a description and of the numbers with their paths, in hexadecimal.
func (w weights) sum(info string) string {
	hash := sha256.New()
	fmt.Fprintf(hash, "%d\n%s", len(info), info)
	for _, path := range slices.Sorted(maps.Keys(w)) {
		fmt.Fprintf(hash, "\n%s %d\n", path, len(w[path]))
		buf := make([]byte, 0, 4*len(w[path]))
		for _, v := range w[path] {
			buf = binary.LittleEndian.AppendUint32(buf, math.Float32bits(v))
		}
		hash.Write(buf)
	}
	return hex.EncodeToString(hash.Sum(nil))
}
