package stream

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	backends "github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"

	"github.com/gopatchwork/patchwork/patchwork/augment"
	"github.com/gopatchwork/patchwork/patchwork/compute/cpu"
	"github.com/gopatchwork/patchwork/patchwork/imageset"
)

// photos writes n JPEG files of 256 x 256 pixels with slopes and some noise.
func photos(b *testing.B, n int) *imageset.Reader {
	b.Helper()
	root, rng := b.TempDir(), rand.New(rand.NewPCG(3, 3))
	var all []imageset.Image
	for i := range n {
		m := image.NewRGBA(image.Rect(0, 0, 256, 256))
		for p := range m.Pix {
			m.Pix[p] = byte((p/4%256+p/1024+40*(p%4)+37*i)/2%200 + rng.IntN(30))
		}
		var file bytes.Buffer
		if err := jpeg.Encode(&file, m, &jpeg.Options{Quality: 90}); err != nil {
			b.Fatal(err)
		}
		name := fmt.Sprintf("%03d.jpg", i)
		if err := os.WriteFile(filepath.Join(root, name), file.Bytes(), 0o644); err != nil {
			b.Fatal(err)
		}
		all = append(all, imageset.Image{ID: name, Hash: "0123456789abcdef", Width: 256, Height: 256, Size: int64(file.Len())})
	}
	ix, err := imageset.NewIndex(all)
	if err != nil {
		b.Fatal(err)
	}
	return &imageset.Reader{Root: root, Index: ix}
}

// simCLR is random resized crop, flip, jitter, grey and blur.
func simCLR(b *testing.B, side int) *augment.Pipeline {
	b.Helper()
	p := augment.Params{FlipLeftRight: true, Jitter: 1, DropColor: 0.2, GaussianBlur: 0.5}
	pl, err := augment.RandomResizedCrop{}.New(p, image.Pt(side, side))
	if err != nil {
		b.Fatal(err)
	}
	return pl
}

// BenchmarkPair tells how many pictures a second become two views of SimCLR.
func BenchmarkPair(b *testing.B) {
	const n = 256
	rows := make([]int, n)
	for i := range rows {
		rows[i] = i
	}
	reader := photos(b, n)
	for _, side := range []int{64, 128} {
		files, err := Files(reader, rows, square(side))
		if err != nil {
			b.Fatal(err)
		}
		decoded := make([]*augment.Image, n)
		for i := range decoded {
			decoded[i] = augment.NewImage(side, side, 3)
			if err := files.Read(b.Context(), i, decoded[i].Pix); err != nil {
				b.Fatal(err)
			}
		}
		memory, err := Images(decoded)
		if err != nil {
			b.Fatal(err)
		}
		for name, source := range map[string]Source{"memory": memory, "files": files} {
			b.Run(fmt.Sprintf("%s/%d", name, side), func(b *testing.B) {
				s := stream(b, source, Pair(simCLR(b, side)), Options{Batch: 32})
				b.ReportAllocs()
				seen, epoch := 0, uint64(0)
				for b.Loop() {
					for batch, err := range s.Epoch(b.Context(), epoch, 0) {
						if err != nil {
							b.Fatal(err)
						}
						seen += len(batch.Numbers)
						batch.Release()
					}
					epoch++
				}
				b.ReportMetric(float64(seen)/b.Elapsed().Seconds(), "pictures/s")
			})
		}
	}
}

// BenchmarkFeed tells what it costs to bring batches of 64 pictures of 128 pixels, 12.6 MB, into an execution that reads
// next to nothing of them.
func BenchmarkFeed(b *testing.B) {
	backend, err := cpu.Open(cpu.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer backend.Finalize()
	exec := graph.MustNewExec(backend, func(x *graph.Node) *graph.Node { return graph.Slice(x, graph.AxisElem(0), graph.AxisElem(0)) })
	source := empty{Shape{64 * 50, 128, 128, 3}}
	for _, tt := range []struct {
		name    string
		backend backends.Backend
		release bool
	}{{"backend, released", backend, true}, {"backend, left", backend, false}, {"Go's memory, released", nil, true}, {"Go's memory, left", nil, false}} {
		b.Run(tt.name, func(b *testing.B) {
			s := stream(b, source, Plain(nil), Options{Backend: tt.backend, Ahead: 1, Workers: 1})
			batches := 0
			for b.Loop() {
				for batch, err := range s.Epoch(b.Context(), 0, 0) {
					if err != nil {
						b.Fatal(err)
					}
					exec.MustCall(batch.Tensors[0])[0].MustFinalizeAll()
					if batches++; tt.release {
						batch.Release()
					}
				}
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(batches), "µs/batch")
		})
	}
}
