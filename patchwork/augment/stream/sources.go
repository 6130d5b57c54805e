package stream

import (
	"context"
	"fmt"

	"github.com/gopatchwork/patchwork/patchwork/augment"
	"github.com/gopatchwork/patchwork/patchwork/imageset"
	"github.com/gopatchwork/patchwork/patchwork/imageset/shards"
)

// Images is a source of pictures in memory, which nobody may change while it is in use.
//
// Errors: there is none; one is nil, has another size than the first, or a wrong number of values.
func Images(pictures []*augment.Image) (Source, error) {
	if len(pictures) == 0 {
		return nil, fmt.Errorf("stream.Images: there are no pictures; give at least one")
	}
	for i, p := range pictures {
		if p == nil {
			return nil, fmt.Errorf("stream.Images: picture %d is nil", i)
		}
		if f := pictures[0]; p.H != f.H || p.W != f.W || p.C != f.C {
			return nil, fmt.Errorf("stream.Images: picture %d is %d x %d with %d channels and the first %d x %d with %d; bring them to one size",
				i, p.W, p.H, p.C, f.W, f.H, f.C)
		}
	}
	s := memory(pictures)
	if err := s.Shape().check(); err != nil {
		return nil, err
	}
	for i, p := range pictures {
		if want := s.Shape().values(); len(p.Pix) != want {
			return nil, fmt.Errorf("stream.Images: picture %d has %d values; want %d", i, len(p.Pix), want)
		}
	}
	return s, nil
}

type memory []*augment.Image

func (m memory) Shape() Shape { return Shape{len(m), m[0].H, m[0].W, m[0].C} }

func (m memory) Read(_ context.Context, i int, dst []float32) error {
	copy(dst, m[i].Pix)
	return nil
}

// Files is a source of image files: picture i is rows[i] of r, decoded each time and brought to one size as o says.
//
// Errors: o, the limits or the input of r are wrong; there are no rows; a row does not exist.
func Files(r *imageset.Reader, rows []int, o imageset.Resize) (Source, error) {
	if len(rows) == 0 {
		return nil, fmt.Errorf("stream.Files: there are no rows; give at least one")
	}
	for _, row := range rows {
		if row < 0 || row >= r.Index.Len() {
			return nil, fmt.Errorf("stream.Files: row %d does not exist; want 0 to %d", row, r.Index.Len()-1)
		}
	}
	if err := r.Check(o); err != nil {
		return nil, err
	}
	return files{r, rows, o}, nil
}

type files struct {
	reader *imageset.Reader
	rows   []int
	resize imageset.Resize
}

func (f files) Shape() Shape {
	return Shape{len(f.rows), f.resize.Size.H, f.resize.Size.W, f.reader.Input.Channels()}
}

func (f files) Row(i int) int { return f.rows[i] }

func (f files) Read(_ context.Context, i int, dst []float32) error {
	return f.reader.ReadInto(dst, f.rows[i], f.resize)
}

// Shards is a source of decoded pictures on disk, which must stay open.
func Shards(set *shards.Set) Source { return decoded{set} }

type decoded struct{ set *shards.Set }

func (d decoded) Shape() Shape {
	s := d.set.Shape()
	return Shape{d.set.Len(), s.H, s.W, s.C}
}

func (d decoded) Row(i int) int { return d.set.Entry(i).Row }

func (d decoded) Read(_ context.Context, i int, dst []float32) error { return d.set.Read(i, dst) }

// Subset is a source of some pictures of another: picture i is numbers[i] of s.
//
// Errors: there are no numbers; s has no picture of a number.
func Subset(s Source, numbers []int) (Source, error) {
	if len(numbers) == 0 {
		return nil, fmt.Errorf("stream.Subset: there are no numbers; give at least one")
	}
	for _, i := range numbers {
		if n := s.Shape().N; i < 0 || i >= n {
			return nil, fmt.Errorf("stream.Subset: picture %d does not exist; want 0 to %d", i, n-1)
		}
	}
	return subset{s, numbers}, nil
}

type subset struct {
	Source
	numbers []int
}

func (s subset) Shape() Shape {
	shape := s.Source.Shape()
	shape.N = len(s.numbers)
	return shape
}

func (s subset) Row(i int) int { return rowOf(s.Source, s.numbers[i]) }

func (s subset) Read(ctx context.Context, i int, dst []float32) error {
	return s.Source.Read(ctx, s.numbers[i], dst)
}
