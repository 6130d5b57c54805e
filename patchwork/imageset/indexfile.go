package imageset

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
	"unsafe"

	"github.com/gopatchwork/patchwork/internal/atomicfile"
)

// An index file is UTF-8 text: a version line, a line of column names, then one line per row with eight fields
// separated by tabs. In text fields a percent sign, tab, carriage return and newline are written %25, %09, %0D, %0A.
const (
	fileMagic   = "# patchwork images "
	fileVersion = 1
	fileColumns = "path\tproblem\thash\twidth\theight\tbytes\tmodified_ns\tsubset"
	fileFields  = 8
)

var (
	escaper   = strings.NewReplacer("%", "%25", "\t", "%09", "\r", "%0D", "\n", "%0A")
	unescaper = strings.NewReplacer("%25", "%", "%09", "\t", "%0D", "\r", "%0A", "\n")
)

// Write writes the index to file so that a crash leaves either the old or the new content. The same rows give the
// same bytes.
func (ix *Index) Write(file string) error {
	var b bytes.Buffer
	b.Grow(64 + 160*ix.Len())
	fmt.Fprintf(&b, "%s%d\n%s\n", fileMagic, fileVersion, fileColumns)
	line := make([]byte, 0, 256)
	for row := range ix.Len() {
		im := ix.At(row)
		line = append(line[:0], escaper.Replace(im.ID)...)
		line = append(append(line, '\t'), escaper.Replace(im.Problem)...)
		line = append(append(line, '\t'), im.Hash...)
		line = strconv.AppendInt(append(line, '\t'), int64(im.Width), 10)
		line = strconv.AppendInt(append(line, '\t'), int64(im.Height), 10)
		line = strconv.AppendInt(append(line, '\t'), im.Size, 10)
		line = strconv.AppendInt(append(line, '\t'), im.ModTime, 10)
		line = append(append(line, '\t'), escaper.Replace(im.Subset)...)
		b.Write(append(line, '\n'))
	}
	if err := atomicfile.Write(file, b.Bytes(), 0o644, atomicfile.Durable); err != nil {
		return fmt.Errorf("imageset: cannot save the image index: %w", err)
	}
	return nil
}

// ReadIndex reads a file that Write wrote.
//
// It finds where the lines end and no more: a row is cut from the text when it is asked for, which takes a tenth of a
// microsecond, so that a project of 100,000 images opens at once. The lookups behind Row and RowsByHash are built when
// first used.
//
// Errors: the file cannot be read (os.ErrNotExist can be asked for); it is not an index or comes from a newer
// version; a line has too few or too many fields, with its number.
func ReadIndex(file string) (*Index, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("imageset: cannot read the image index: %w", err)
	}
	body, err := fileBody(unsafe.String(unsafe.SliceData(data), len(data))) // data is never changed
	if err != nil {
		return nil, fmt.Errorf("imageset: %s: %w", file, err)
	}
	ix := &Index{text: body, ends: make([]int, 0, strings.Count(body, "\n"))}
	for at := 0; at < len(body); {
		at += strings.IndexByte(body[at:], '\n')
		ix.ends = append(ix.ends, at)
		at++
	}
	if strings.Count(body, "\t") != len(ix.ends)*(fileFields-1) {
		for row := range ix.ends {
			if n := strings.Count(ix.line(row), "\t") + 1; n != fileFields {
				return nil, fmt.Errorf("imageset: %s:%d: has %d fields; want %d (%s)", file, row+3, n, fileFields,
					strings.ReplaceAll(fileColumns, "\t", ", "))
			}
		}
	}
	return ix, nil
}

// fileBody checks the two header lines and returns the rows behind them, each ended by a newline.
func fileBody(text string) (string, error) {
	head, rest, _ := strings.Cut(text, "\n")
	version, ok := strings.CutPrefix(strings.TrimSuffix(head, "\r"), fileMagic)
	if !ok {
		return "", fmt.Errorf("is not an image index: it begins %.30q; want %q", head, fileMagic+strconv.Itoa(fileVersion))
	}
	if v, err := strconv.Atoi(version); err != nil || v < 1 {
		return "", fmt.Errorf("has the version %q; want a number", version)
	} else if v > fileVersion {
		return "", fmt.Errorf("was written by a newer patchwork (format %d, this one reads up to %d); update patchwork", v, fileVersion)
	}
	columns, body, _ := strings.Cut(rest, "\n")
	if strings.TrimSuffix(columns, "\r") != fileColumns {
		return "", fmt.Errorf("has the columns %q; want %q", columns, fileColumns)
	}
	if body != "" && !strings.HasSuffix(body, "\n") {
		return "", fmt.Errorf("ends in the middle of a line")
	}
	return body, nil
}

// lineID returns the ID in a line.
func lineID(line string) string {
	if tab := strings.IndexByte(line, '\t'); tab >= 0 {
		line = line[:tab]
	}
	return unescape(line)
}

// parseLine parses a line. Of a damaged one only the ID is taken, so that the next scan reads the file again.
func parseLine(line string) Image {
	var field [fileFields]string
	rest := strings.TrimSuffix(line, "\r") // an editor's line end
	n := 0
	for ; n < fileFields-1; n++ {
		tab := strings.IndexByte(rest, '\t')
		if tab < 0 {
			break
		}
		field[n], rest = rest[:tab], rest[tab+1:]
	}
	field[n] = rest
	width, ok1 := parseInt(field[3])
	height, ok2 := parseInt(field[4])
	size, ok3 := parseInt(field[5])
	modified, ok4 := parseInt(field[6])
	if !ok1 || !ok2 || !ok3 || !ok4 || n != fileFields-1 || strings.IndexByte(rest, '\t') >= 0 {
		return Image{ID: lineID(line), Problem: "its line in the image index is damaged; scan again"}
	}
	return Image{ID: unescape(field[0]), Problem: unescape(field[1]), Hash: field[2], Width: int(width), Height: int(height),
		Size: size, ModTime: modified, Subset: unescape(field[7])}
}

func unescape(s string) string {
	if strings.IndexByte(s, '%') < 0 {
		return s
	}
	return unescaper.Replace(s)
}

// parseInt reads a decimal integer in a third of the time that strconv needs.
func parseInt(s string) (v int64, ok bool) {
	digits := strings.TrimPrefix(s, "-")
	if len(digits) == 0 || len(digits) > 19 {
		return 0, false
	}
	for i := range len(digits) {
		d := digits[i] - '0'
		if d > 9 {
			return 0, false
		}
		v = 10*v + int64(d)
	}
	if v < 0 { // 19 digits can be too much
		return 0, false
	}
	if len(digits) < len(s) {
		v = -v
	}
	return v, true
}
