package imageset

import (
	"fmt"
	"os"

	"github.com/gopatchwork/patchwork/patchwork/imageset/tiff"
)

// Bands is how many bands the file of a row has: those of a TIFF, 3 for any other picture. It reads no pixels.
//
// Errors: the row does not exist or cannot be used; the file cannot be opened.
func (r *Reader) Bands(row int) (int, error) {
	if err := r.check(row); err != nil {
		return 0, err
	}
	f, err := os.Open(r.Path(row))
	if err != nil {
		return 0, fmt.Errorf("imageset: %s: %s; scan the images again", r.Index.At(row).ID, fileProblem(err))
	}
	defer f.Close()
	stat, err := f.Stat()
	if err != nil {
		return 0, fmt.Errorf("imageset: %s: %w", r.Index.At(row).ID, err)
	}
	file, err := tiff.Open(f, stat.Size())
	if err != nil {
		return 3, nil
	}
	return file.Images[0].Bands, nil
}
