package stream_test

import (
	"context"
	"fmt"
	"image"
	"log"

	"github.com/gopatchwork/patchwork/patchwork/augment"
	"github.com/gopatchwork/patchwork/patchwork/augment/stream"
)

func Example() {
	pictures := make([]*augment.Image, 10)
	for i := range pictures {
		pictures[i] = augment.NewImage(48, 64, 3)
	}
	source, err := stream.Images(pictures)
	if err != nil {
		log.Fatal(err)
	}
	pipeline, err := augment.New(augment.SimCLR(), image.Pt(32, 32))
	if err != nil {
		log.Fatal(err)
	}
	s, err := stream.New(source, stream.Pair(pipeline), stream.Options{Batch: 4, Seed: 1})
	if err != nil {
		log.Fatal(err)
	}
	for batch, err := range s.Epoch(context.Background(), 0, 0) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("step %d of %d: %d pictures, views %s and %s\n", batch.Step+1, s.Steps(), len(batch.Rows), batch.Tensors[0].Shape(), batch.Tensors[1].Shape())
		batch.Release()
	}
	// Output:
	// step 1 of 2: 4 pictures, views (Float32)[4, 32, 32, 3] and (Float32)[4, 32, 32, 3]
	// step 2 of 2: 4 pictures, views (Float32)[4, 32, 32, 3] and (Float32)[4, 32, 32, 3]
}
