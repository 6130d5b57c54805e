package tensorboard

import (
	"bufio"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/gopatchwork/patchwork/internal/atomicfile"
	"github.com/gopatchwork/patchwork/patchwork/runlog"
)

// The files that the projector is told of.
const (
	configFile   = "projector_config.pbtxt"
	vectorsFile  = "vectors.tsv"
	metadataFile = "metadata.tsv"
	spritesFile  = "sprites.png"
)

// sheetSide is the largest side of the picture of all small pictures, in pixels: what a browser takes as a texture.
const sheetSide = 8192

// perRow is how many of n small pictures lie side by side on a sheet, so that it is about as high as wide.
func perRow(n int) int { return int(math.Ceil(math.Sqrt(float64(n)))) }

// SpriteSide is the side of square pictures of n points, at most wanted, with which they fit on one sheet of 8,192 pixels.
func SpriteSide(n, wanted int) int { return max(1, min(wanted, sheetSide/max(perRow(n), 1))) }

// WriteEmbedding writes points for the embedding projector: vectors.tsv, metadata.tsv, sprites.png, and projector_config.pbtxt, which names
// them. The folder may be that of an event file; points that were there are written over.
//
// Errors: no points, points of different dimensions or that are not finite, rows or pictures of another number or size, more pictures than
// fit on a sheet of 8,192 pixels (all at once); what the disk says.
func WriteEmbedding(dir string, c runlog.Cloud) error {
	e := embedding(c)
	if err := e.check(); err != nil {
		return err
	}
	var config strings.Builder
	fmt.Fprintf(&config, "embeddings {\n  tensor_name: %q\n  tensor_path: %q\n  tensor_shape: %d\n  tensor_shape: %d\n", e.Name, vectorsFile, len(e.Points), len(e.Points[0]))
	errs := []error{write(dir, vectorsFile, e.writePoints)}
	if len(e.Columns) > 0 {
		fmt.Fprintf(&config, "  metadata_path: %q\n", metadataFile)
		errs = append(errs, write(dir, metadataFile, e.writeRows))
	}
	if e.Pictures != nil {
		side := e.Pictures[0].Bounds().Size()
		fmt.Fprintf(&config, "  sprite {\n    image_path: %q\n    single_image_dim: %d\n    single_image_dim: %d\n  }\n", spritesFile, side.X, side.Y)
		errs = append(errs, write(dir, spritesFile, func(w io.Writer) error { return png.Encode(w, e.sheet()) }))
	}
	config.WriteString("}\n")
	if err := errors.Join(errs...); err != nil {
		return err
	}
	return write(dir, configFile, func(w io.Writer) error {
		_, err := io.WriteString(w, config.String())
		return err
	})
}

type embedding runlog.Cloud

func (e embedding) check() error {
	var wrong []error
	need := func(ok bool, format string, a ...any) {
		if !ok {
			wrong = append(wrong, fmt.Errorf("tensorboard: the points %q: %w", e.Name, fmt.Errorf(format, a...)))
		}
	}
	n := len(e.Points)
	need(e.Name != "", "they have no name")
	need(n > 0, "there are no Points")
	for i, p := range e.Points {
		need(len(p) == len(e.Points[0]) && len(p) > 0, "point %d has %d dimensions and the first %d; want as many, and one or more", i, len(p), len(e.Points[0]))
		for _, v := range p {
			if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
				need(false, "point %d has the value %v; leave points out that are not finite", i, v)
				break
			}
		}
	}
	need(len(e.Columns) == 0 && len(e.Rows) == 0 || len(e.Rows) == n, "there are %d Rows for %d points", len(e.Rows), n)
	for i, row := range e.Rows {
		need(len(row) == len(e.Columns), "row %d has %d values for %d columns", i, len(row), len(e.Columns))
	}
	if e.Pictures != nil {
		need(len(e.Pictures) == n, "there are %d Pictures for %d points", len(e.Pictures), n)
		for i, s := range e.Pictures {
			need(s.Bounds().Size() == e.Pictures[0].Bounds().Size(), "picture %d has %v pixels and the first %v; want one size", i, s.Bounds().Size(), e.Pictures[0].Bounds().Size())
		}
		if len(e.Pictures) > 0 {
			size := e.Pictures[0].Bounds().Size()
			side := max(size.X, size.Y) * perRow(n)
			need(side <= sheetSide, "%d pictures of %v pixels make a sheet of %d; want at most %d: make them %d", n, size, side, sheetSide, SpriteSide(n, sheetSide))
		}
	}
	return errors.Join(wrong...)
}

func write(dir, name string, fill func(w io.Writer) error) error {
	file := filepath.Join(dir, name)
	err := os.MkdirAll(dir, 0o755)
	if err == nil {
		err = atomicfile.WriteFunc(file, 0o644, atomicfile.Cached, func(w io.Writer) error {
			b := bufio.NewWriter(w)
			return errors.Join(fill(b), b.Flush())
		})
	}
	if err != nil {
		return fmt.Errorf("tensorboard: cannot write %s: %w", file, atomicfile.Cause(err))
	}
	return nil
}

// writePoints writes text: TensorBoard takes a file of bytes for text too where these happen to be UTF-8.
func (e embedding) writePoints(w io.Writer) error {
	var line []byte
	for _, p := range e.Points {
		line = line[:0]
		for i, v := range p {
			if i > 0 {
				line = append(line, '\t')
			}
			line = strconv.AppendFloat(line, float64(v), 'g', -1, 32)
		}
		if _, err := w.Write(append(line, '\n')); err != nil {
			return err
		}
	}
	return nil
}

// writeRows writes the names of the columns first, but for a single one, which TensorBoard reads as a value.
func (e embedding) writeRows(w io.Writer) error {
	cell := strings.NewReplacer("\t", " ", "\r\n", " ", "\n", " ", "\r", " ")
	rows := e.Rows
	if len(e.Columns) > 1 {
		rows = append([][]string{e.Columns}, rows...)
	}
	for _, row := range rows {
		cells := make([]string, len(row))
		for i, text := range row {
			cells[i] = cell.Replace(text)
		}
		line := strings.Join(cells, "\t")
		if line == "" {
			line = " " // an empty line is skipped, and the rows after it would belong to other points
		}
		if _, err := fmt.Fprintln(w, line); err != nil {
			return err
		}
	}
	return nil
}

// sheet is all small pictures row by row.
func (e embedding) sheet() image.Image {
	n, size := perRow(len(e.Pictures)), e.Pictures[0].Bounds().Size()
	rows := (len(e.Pictures) + n - 1) / n
	all := image.NewRGBA(image.Rect(0, 0, n*size.X, rows*size.Y))
	for i, s := range e.Pictures {
		at := image.Pt(i%n*size.X, i/n*size.Y)
		draw.Draw(all, image.Rectangle{Min: at, Max: at.Add(size)}, s, s.Bounds().Min, draw.Src)
	}
	return all
}
