package shards

import (
	"context"
	"fmt"
	"iter"

	"github.com/gopatchwork/patchwork/patchwork/imageset"
)

// chunk is the number of images that FromReader asks for at a time.
const chunk = 32

// FromReader is a source of the images of rows, decoded on all cores and resized as Reader.Resized does, in bytes or as
// they are (t; "" means Uint8). Broken is as there: a row that cannot be read is left out of the set. Kept images must be
// of r's index and in the order of rows, or the source ends with an error that says so. Recipe makes the recipe.
func FromReader(ctx context.Context, r *imageset.Reader, rows []int, o imageset.Resize, t Type, broken func(row int, err error)) Source {
	return func(kept []Entry) iter.Seq2[Image, error] {
		return func(yield func(Image, error) bool) {
			rest, err := behind(r.Index, rows, kept)
			if err != nil {
				yield(Image{}, err)
				return
			}
			for batch, err := range r.Resized(ctx, rest, o, chunk, broken) {
				if err != nil {
					yield(Image{}, err)
					return
				}
				values := len(batch.Pix) / batch.N
				pix := make([]byte, values)
				for i, row := range batch.Rows {
					at := r.Index.At(row)
					im := Image{Entry: Entry{row, at.ID, at.Hash}, Float: batch.Pix[i*values:][:values]}
					if t != Float32 {
						for j, v := range im.Float {
							pix[j] = byte(v*255 + 0.5)
						}
						im.Float, im.Pix = nil, pix
					}
					if !yield(im, nil) {
						return
					}
				}
			}
		}
	}
}

// Recipe says how FromReader makes pixels: for Options.Recipe, so that a set is never made of two kinds.
func Recipe(r *imageset.Reader, o imageset.Resize) string {
	mode := "stretch-bilinear"
	if key := o.Key(); key != "" {
		mode = key
	}
	if key := r.Input.Key(); key != "" {
		mode += ", input " + key
	}
	return fmt.Sprintf("%d x %d, %s", o.Size.W, o.Size.H, mode)
}

// behind returns the rows after the last that was kept.
func behind(ix *imageset.Index, rows []int, kept []Entry) ([]int, error) {
	for _, e := range kept {
		for len(rows) > 0 && rows[0] != e.Row {
			rows = rows[1:] // was left out as broken
		}
		if len(rows) == 0 || e.Row < 0 || e.Row >= ix.Len() || ix.At(e.Row).ID != e.ID || ix.At(e.Row).Hash != e.Hash {
			return nil, fmt.Errorf("shards: the finished shards hold %s as row %d, which is another image now or in another place; delete the folder and write the set anew", e.ID, e.Row)
		}
		rows = rows[1:]
	}
	return rows, nil
}
