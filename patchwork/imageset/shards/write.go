package shards

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"

	"github.com/gopatchwork/patchwork/internal/atomicfile"
)

// Errors of Write that can be asked for with errors.Is.
var (
	ErrComplete = errors.New("the set is complete")
	ErrEmpty    = errors.New("the source has no images")
	ErrEndless  = errors.New("the source does not end")
)

// Image is one image on its way into a set. Its pixels are [H, W, C], row-major, in one of the two fields by the type
// of the set; they are copied.
type Image struct {
	Entry
	Pix   []byte
	Float []float32
}

// Source yields images in an order that is the same in every run. Kept lists those that an earlier run has left in
// finished shards, from the first; the source goes on behind the last of them. An error ends the writing.
type Source func(kept []Entry) iter.Seq2[Image, error]

// Options configures Write.
type Options struct {
	Shape    Shape
	Limit    int     // the most images that the source can have, without those kept; one more is ErrEndless
	Type     Type    // "" means Uint8
	Norm     float32 // what values are divided by on reading; 0 means 255 for Uint8 and 1 for Float32
	PerShard int     // images a shard; 0 means as many as fill 64 MiB
	Recipe   string  // how pixels come from files; shards of an earlier run with another are written again

	Progress func(done int) // called after each finished shard, also of earlier runs, with the images so far; may be nil
}

const shardBytes = 64 << 20

func (o Options) layout() (layout, error) {
	l := layout{manifestVersion, o.Shape, o.Type, o.Norm, o.PerShard, o.Recipe}
	if l.Type == "" {
		l.Type = Uint8
	}
	if l.Norm == 0 && l.Type == Uint8 {
		l.Norm = 255
	} else if l.Norm == 0 {
		l.Norm = 1
	}
	if err := l.Shape.check(); err != nil {
		return l, fmt.Errorf("shards.Options: Shape: %w", err)
	}
	if l.PerShard == 0 && l.Type.size() > 0 {
		l.PerShard = max(1, shardBytes/(l.Shape.values()*l.Type.size()))
	}
	if err := l.check(); err != nil {
		return l, fmt.Errorf("shards.Options: %w", err)
	}
	if o.Limit < 1 {
		return l, fmt.Errorf("shards.Options: Limit is %d; want the most images that the source can have, such as the length of the index", o.Limit)
	}
	return l, nil
}

// Write puts the images of source into the folder dir, which is made if it is missing. It holds one shard in memory.
//
// A shard is written whole or not at all, and lasts. A run that was killed, or ended by ctx or an error, leaves its
// finished shards; the next with the same options checks their hashes, keeps them up to the first that is missing or
// damaged, and writes the rest again. Two runs must not write into one folder at a time.
//
// Errors: a bad field of o; ErrComplete if dir has a manifest; ErrEmpty; ErrEndless if source yields more than Limit
// images or a row twice; an image of the wrong size, with its name; the error of source or ctx; a file that cannot be
// written, with what to do.
func Write(ctx context.Context, dir string, o Options, source Source) error {
	return writeWith(ctx, dir, o, source, writeFile)
}

func writeFile(name string, parts ...[]byte) error {
	return atomicfile.WriteFunc(name, 0o644, atomicfile.Durable, fill(parts))
}

func writeWith(ctx context.Context, dir string, o Options, source Source, write func(string, ...[]byte) error) error {
	l, err := o.layout()
	if err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(dir, manifestName)); err == nil {
		return fmt.Errorf("shards: %s: %w; delete it or choose another folder", dir, ErrComplete)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("shards: %w", err)
	}
	sweep(dir)
	kept, err := finished(ctx, dir, l)
	if err != nil {
		return err
	}
	w := &writer{dir: dir, layout: l, write: write, progress: o.Progress, rows: map[int]bool{}}
	var entries []Entry
	for _, f := range kept {
		entries = append(entries, f.Entries...)
		w.finish(f)
	}
	for im, err := range source(entries) {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return fmt.Errorf("shards: %s is not complete, %s: %w", dir, w.standing(), err)
		}
		if w.taken++; w.taken > o.Limit {
			return fmt.Errorf("shards: %w: it yields more than the %d images of Options.Limit", ErrEndless, o.Limit)
		}
		if err := w.add(im); err != nil {
			return err
		}
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("shards: %s is not complete, %s: %w", dir, w.standing(), err)
	}
	return w.close()
}
