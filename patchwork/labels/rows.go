package labels

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"unicode/utf8"
)

// Row is one line of a CSV file. A field with line breaks makes the next Line more than one higher.
type Row struct {
	Line   int // counted from 1
	Fields []string
}

// ReadRows reads the lines of a CSV file in UTF-8, the names of its columns first, and notes what is wrong with the text:
// another encoding, other separators, broken quotes, behind which nothing is read, or nothing at all. Whether lines have as
// many fields as there are columns is for the caller to see.
func ReadRows(data []byte) (rows []Row, problems []Problem) {
	problem := func(line int, format string, args ...any) {
		problems = append(problems, Problem{line, fmt.Sprintf(format, args...)})
	}
	data = bytes.TrimPrefix(data, []byte("\uFEFF"))
	if problems = textProblems(data); len(problems) > 0 {
		return nil, problems
	}
	r := csv.NewReader(bytes.NewReader(data))
	r.FieldsPerRecord = -1
	for {
		fields, err := r.Read()
		if err == io.EOF {
			break
		}
		if err != nil { // where quoting is broken, what follows cannot be told apart
			line := 1
			if e := (*csv.ParseError)(nil); errors.As(err, &e) {
				line, err = e.Line, e.Err
			}
			problem(line, "this is not CSV: %v; what follows was not read", err)
			return rows, problems
		}
		line, _ := r.FieldPos(0)
		rows = append(rows, Row{line, fields})
	}
	if len(rows) == 0 {
		problem(1, "the file is empty; want a line with the names of the columns, filepath among them")
		return nil, problems
	}
	if names := rows[0].Fields; len(names) == 1 {
		for separator, word := range map[string]string{";": "semicolons", "\t": "tabs"} {
			if strings.Contains(names[0], separator) {
				problem(1, "the columns are separated by %s; save the file with commas", word)
				return nil, problems
			}
		}
	}
	return rows, problems
}

// textProblems finds encodings that would turn into nonsense, and where.
func textProblems(data []byte) (problems []Problem) {
	if bytes.HasPrefix(data, []byte{0xff, 0xfe}) || bytes.HasPrefix(data, []byte{0xfe, 0xff}) || bytes.IndexByte(data, 0) >= 0 {
		return []Problem{{1, "this is not UTF-8 text, perhaps UTF-16; save it as CSV in UTF-8"}}
	}
	if utf8.Valid(data) {
		return nil
	}
	for i, text := range bytes.Split(data, []byte{'\n'}) {
		if !utf8.Valid(text) {
			problems = append(problems, Problem{i + 1, fmt.Sprintf("%q is not UTF-8 text, perhaps Latin-1; save the file as CSV in UTF-8", bytes.TrimRight(text, "\r"))})
		}
	}
	return problems
}

// ParseFlag reads a cell of a column of flags as ImportCSV does: empty or NaN is Unknown, 0 or False is Absent, 1 or True
// is Present; ok is false for anything else.
func ParseFlag(cell string) (v Tri, ok bool) { return parseCell(cell) }

// FindImages gives a function that finds the row of the image that a path in file means, in the ways of ImportCSV. root is
// the project folder, to which paths may be relative.
//
// Errors of that function: an empty path, one that fits no image, one that fits several; each says what to do.
func FindImages(ix Images, root, file string) func(path string) (row int, err error) {
	p := newPaths(ix, root, filepath.Dir(file))
	return func(path string) (int, error) {
		row, _, err := p.find(path)
		return row, err
	}
}
