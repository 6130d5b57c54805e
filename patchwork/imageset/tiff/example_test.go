package tiff_test

import (
	"bytes"
	"fmt"
	"image"
	"log"
	"os"

	"github.com/gopatchwork/patchwork/patchwork/imageset/tiff"
)

// A window of one band of a satellite picture. NaN is what was not measured.
func Example() {
	data, err := os.ReadFile("testdata/geo.tif")
	if err != nil {
		log.Fatal(err)
	}
	f, err := tiff.Open(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		log.Fatal(err)
	}
	m := f.Images[0]
	fmt.Println(m.Width, m.Height, m.Bands, m.Bits, m.Format, m.Compression, m.Names)
	fmt.Println(m.Geo.EPSG, m.Geo.Affine, m.NoData)
	values := make([]float32, 3*1)
	if err := m.ReadBands(image.Rect(0, 0, 3, 1), []int{0}, values); err != nil {
		log.Fatal(err)
	}
	fmt.Println(values)
	// Output:
	// 37 29 3 16 unsigned Deflate [blue  near <infrared>]
	// 32633 [500000 10 0 4.1e+06 0 -10] 371
	// [0 NaN 742]
}
