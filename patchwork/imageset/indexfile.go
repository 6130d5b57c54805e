package imageset

import (
	"bytes"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"unsafe"
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
		im := &ix.rows[row]
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
	if err := writeFile(file, b.Bytes(), true); err != nil {
		return fmt.Errorf("imageset: cannot save the image index: %w", err)
	}
	return nil
}

// ReadIndex reads a file that Write wrote.
//
// It slices one string and allocates nothing per row, so that a project of 100,000 images opens at once; the lookups
// behind Row and RowsByHash are built when first used.
//
// Errors: the file cannot be read (os.ErrNotExist can be asked for); it is not an index or comes from a newer
// version; a row is malformed, with its line number.
func ReadIndex(file string) (*Index, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("imageset: cannot read the image index: %w", err)
	}
	body, err := fileBody(unsafe.String(unsafe.SliceData(data), len(data)))
	if err != nil {
		return nil, fmt.Errorf("imageset: %s: %w", file, err)
	}
	ix := &Index{rows: make([]Image, strings.Count(body, "\n"))}
	if err := parseRows(body, ix.rows); err != nil {
		return nil, fmt.Errorf("imageset: %s:%w", file, err)
	}
	return ix, nil
}

// fileBody checks the two header lines and returns the rows behind them, each ended by a newline.
func fileBody(text string) (string, error) {
	head, rest, _ := strings.Cut(text, "\n")
	version, ok := strings.CutPrefix(strings.TrimSuffix(head, "\r"), fileMagic)
	if !ok {
		return "", fmt.Errorf("is not an image index: it begins %.30q; want %q. Delete it and scan again", head, fileMagic+strconv.Itoa(fileVersion))
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
		return "", fmt.Errorf("ends in the middle of a line; restore it from a copy, or delete it and scan again")
	}
	return body, nil
}

// parseRows fills rows from the lines of body, in parallel. Its error begins with the line number in the file.
func parseRows(body string, rows []Image) error {
	const worthwhile = 4096 // rows for one goroutine
	workers := max(1, min(runtime.GOMAXPROCS(0), len(rows)/worthwhile))
	escaped := strings.IndexByte(body, '%') >= 0
	errs := make([]error, workers)
	var wg sync.WaitGroup
	line := 3 // the first two are the header
	for w := range workers {
		part := body
		if w < workers-1 {
			end := len(body) / (workers - w)
			part = body[:end+strings.IndexByte(body[end:], '\n')+1]
		}
		body = body[len(part):]
		n := strings.Count(part, "\n")
		mine, first := rows[:n], line
		rows, line = rows[n:], line+n
		wg.Go(func() { errs[w] = parsePart(part, mine, first, escaped) })
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// parsePart parses one row per line of part, the first of which is the given line of the file.
func parsePart(part string, rows []Image, line int, escaped bool) error {
	var field [fileFields]string
	for i := range rows {
		end := strings.IndexByte(part, '\n')
		row := part[:end]
		part = part[end+1:]
		if end > 0 && row[end-1] == '\r' { // an editor's line ends
			row = row[:end-1]
		}
		n := 0
		for ; n < fileFields-1; n++ {
			tab := strings.IndexByte(row, '\t')
			if tab < 0 {
				break
			}
			field[n], row = row[:tab], row[tab+1:]
		}
		field[n] = row
		if n != fileFields-1 || strings.IndexByte(row, '\t') >= 0 {
			return fmt.Errorf("%d: has %d fields; want %d (%s)", line+i, n+1+strings.Count(row, "\t"), fileFields, strings.ReplaceAll(fileColumns, "\t", ", "))
		}
		width, ok1 := parseInt(field[3])
		height, ok2 := parseInt(field[4])
		size, ok3 := parseInt(field[5])
		modified, ok4 := parseInt(field[6])
		if field[0] == "" || !(ok1 && ok2 && ok3 && ok4) {
			return fmt.Errorf("%d: path %q, width %q, height %q, bytes %q, modified_ns %q; want a path and whole numbers",
				line+i, field[0], field[3], field[4], field[5], field[6])
		}
		rows[i] = Image{ID: field[0], Problem: field[1], Hash: field[2], Width: int(width), Height: int(height),
			Size: size, ModTime: modified, Subset: field[7]}
		if escaped {
			rows[i].ID = unescaper.Replace(field[0])
			rows[i].Problem = unescaper.Replace(field[1])
			rows[i].Subset = unescaper.Replace(field[7])
		}
	}
	return nil
}

// parseInt reads a decimal integer; strconv would spend a third of ReadIndex's time here.
func parseInt(s string) (int64, bool) {
	digits := strings.TrimPrefix(s, "-")
	if len(digits) == 0 || len(digits) > 18 { // times in nanoseconds have 19 digits only after the year 2001
		v, err := strconv.ParseInt(s, 10, 64)
		return v, err == nil
	}
	var v int64
	for i := range len(digits) {
		d := digits[i] - '0'
		if d > 9 {
			return 0, false
		}
		v = 10*v + int64(d)
	}
	if len(digits) < len(s) {
		v = -v
	}
	return v, true
}
