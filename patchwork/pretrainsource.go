package patchwork

import (
	"context"
	"slices"

	"github.com/gopatchwork/patchwork/patchwork/augment/stream"
	"github.com/gopatchwork/patchwork/patchwork/imageset"
)

// pretrainMemory is how many bytes of decoded pictures are kept, so that they are read once; beyond, each is read in each epoch.
const pretrainMemory = 1 << 30

// pretrainSource are the pictures of rows, decoded once where at most so many bytes of memory hold them.
func pretrainSource(ctx context.Context, r *imageset.Reader, rows []int, resize imageset.Resize, memory int, progress Progress) (stream.Source, error) {
	files, err := stream.Files(r, rows, resize)
	if err != nil {
		return nil, err
	}
	shape := files.Shape()
	size := shape.H * shape.W * shape.C
	if 4*shape.N*size > memory {
		return files, nil
	}
	told := progress.step("decoding images")
	s, err := stream.New(files, stream.Plain(nil), stream.Options{Batch: 16, Order: stream.Sequential{}})
	if err != nil {
		return nil, err
	}
	pictures := make([][]float32, shape.N)
	for b, err := range s.Epoch(ctx, 0, 0) {
		if err != nil {
			return nil, err
		}
		err = b.Tensors[0].ConstFlatData(func(flat any) {
			for i, number := range b.Numbers { // not the place, where another picture stands for one that cannot be read
				pictures[number] = slices.Clone(flat.([]float32)[i*size : (i+1)*size])
			}
		})
		if err != nil {
			return nil, err
		}
		b.Release()
		if told != nil {
			told(min((b.Step+1)*16, shape.N), shape.N)
		}
	}
	return decoded{files, pictures}, nil
}

// decoded is a source whose pictures are kept. One that could not be read is nil, and tried again.
type decoded struct {
	stream.Source
	pictures [][]float32
}

func (d decoded) Read(ctx context.Context, i int, dst []float32) error {
	if d.pictures[i] == nil {
		return d.Source.Read(ctx, i, dst)
	}
	copy(dst, d.pictures[i])
	return nil
}
