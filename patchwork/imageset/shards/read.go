package shards

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime/debug"
	"sync"

	"github.com/edsrzf/mmap-go"
)

// Set is a complete set, mapped and not copied into memory. Its methods may be called from several goroutines; Close
// waits for those that read.
type Set struct {
	dir      string
	manifest *manifest
	n        int
	value    [256]float32 // of each byte, divided by the norm

	mu     sync.RWMutex // held for reading while mapped memory is looked at
	mapped []mmap.MMap  // nil once closed
}

// Open maps the set in dir. It does not read the images; see Verify.
//
// Errors: the manifest is missing (os.ErrNotExist), damaged or of another version; a shard is missing or has another size
// than it should. They name the file.
func Open(dir string) (*Set, error) {
	m, err := readManifest(dir)
	if err != nil {
		return nil, err
	}
	s := &Set{dir: dir, manifest: m, mapped: make([]mmap.MMap, 0, len(m.Shards))}
	for i := range s.value {
		s.value[i] = float32(i) / m.Norm
	}
	for _, f := range m.Shards {
		data, err := mapShard(filepath.Join(dir, f.Name), f, m.layout)
		if err != nil {
			s.Close()
			return nil, err
		}
		s.mapped = append(s.mapped, data)
		s.n += len(f.Entries)
	}
	return s, nil
}

func mapShard(path string, f file, l layout) (mmap.MMap, error) {
	in, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("shards: %w; write the set again", err)
	}
	defer in.Close()
	if err := checkSize(in, path, f); err != nil {
		return nil, err
	}
	want, err := header(len(f.Entries), l.Shape, l.Type)
	if err != nil {
		return nil, fmt.Errorf("shards: %s: %w", path, err)
	}
	got := make([]byte, headerSize)
	if _, err := in.ReadAt(got, 0); err != nil || string(got) != string(want) {
		return nil, fmt.Errorf("shards: %s does not begin as the manifest says; delete the folder and write the set again", path)
	}
	data, err := mmap.MapRegion(in, int(f.Bytes), mmap.RDONLY, 0, 0)
	if err != nil {
		return nil, fmt.Errorf("shards: %s cannot be mapped: %w", path, err)
	}
	return data, nil
}

// Len is the number of images.
func (s *Set) Len() int { return s.n }

// Shape is that of every image.
func (s *Set) Shape() Shape { return s.manifest.Shape }

// Type is what values are kept as.
func (s *Set) Type() Type { return s.manifest.Type }

// Recipe is what Options.Recipe said.
func (s *Set) Recipe() string { return s.manifest.Recipe }

// Entry says which image has number i. It panics if i is not in 0 to Len-1.
func (s *Set) Entry(i int) Entry {
	return s.manifest.Shards[i/s.manifest.PerShard].Entries[i%s.manifest.PerShard]
}

// Read puts image i into dst, [H, W, C], divided by the norm: bytes become [0, 1].
//
// Errors: there is no image i; dst has another length; the set is closed; the file was cut off after Open.
func (s *Set) Read(i int, dst []float32) error {
	if i < 0 || i >= s.n {
		return fmt.Errorf("shards: %s has no image %d; want 0 to %d", s.dir, i, s.n-1)
	}
	if want := s.manifest.Shape.values(); len(dst) != want {
		return fmt.Errorf("shards: an image of %s has %d values and the place for it %d", s.dir, want, len(dst))
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.mapped == nil {
		return fmt.Errorf("shards: %s is closed", s.dir)
	}
	shard, place := i/s.manifest.PerShard, i%s.manifest.PerShard
	size := len(dst) * s.manifest.Type.size()
	if err := s.convert(dst, s.mapped[shard][headerSize+place*size:][:size]); err != nil {
		return fmt.Errorf("shards: %s was cut off while it was in use; delete the folder and write the set again", filepath.Join(s.dir, s.manifest.Shards[shard].Name))
	}
	return nil
}

// convert reads mapped memory. Where the file ends before it, the system raises a fault, which becomes an error.
func (s *Set) convert(dst []float32, src []byte) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			if _, fault := r.(interface{ Addr() uintptr }); !fault {
				panic(r)
			}
			err = errors.New("memory fault")
		}
	}()
	if s.manifest.Type == Uint8 {
		for i, b := range src[:len(dst)] {
			dst[i] = s.value[b]
		}
		return nil
	}
	for i := range dst {
		dst[i] = math.Float32frombits(binary.LittleEndian.Uint32(src[4*i:])) / s.manifest.Norm
	}
	return nil
}

// Verify reads every shard and compares its hash. Progress, which may be nil, is called after each with the shards so
// far and in all.
//
// Errors: that of ctx; all shards that are missing, torn or changed, joined.
func (s *Set) Verify(ctx context.Context, progress func(done, total int)) error {
	var errs []error
	for i, f := range s.manifest.Shards {
		errs = append(errs, verify(ctx, filepath.Join(s.dir, f.Name), f))
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("shards: %w", err)
		}
		if progress != nil {
			progress(i+1, len(s.manifest.Shards))
		}
	}
	return errors.Join(errs...)
}

// Close gives the files back. A second call does nothing.
func (s *Set) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var errs []error
	for _, m := range s.mapped {
		errs = append(errs, m.Unmap())
	}
	s.mapped = nil
	return errors.Join(errs...)
}
