package classify

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"regexp"
	"strconv"

	"github.com/gopatchwork/patchwork/internal/atomicfile"
)

// WriteScores writes scores [n · c] as an n by c array of little-endian float32 in numpy's .npy format, version 1.0. The
// file appears whole or not at all; an older one of that name is replaced.
//
// Errors: len(scores) is not n·c; the file cannot be written.
func WriteScores(file string, scores []float32, n, c int) error {
	if n < 0 || c < 0 || len(scores) != n*c {
		return fmt.Errorf("classify: %d scores for %s; want %d rows of %d, that is %d", len(scores), file, n, c, n*c)
	}
	header := fmt.Sprintf("{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d), }", n, c)
	for (len(npyMagic)+2+len(header)+1)%64 != 0 { // the data begins at a multiple of 64 bytes
		header += " "
	}
	out := make([]byte, 0, len(npyMagic)+3+len(header)+4*len(scores))
	out = append(out, npyMagic...)
	out = binary.LittleEndian.AppendUint16(out, uint16(len(header)+1))
	out = append(append(out, header...), '\n')
	for _, s := range scores {
		out = binary.LittleEndian.AppendUint32(out, math.Float32bits(s))
	}
	if err := atomicfile.Write(file, out, 0o644, atomicfile.Durable); err != nil {
		return fmt.Errorf("classify: scores: %w", err)
	}
	return nil
}

// npyMagic begins a .npy file of version 1.0.
const npyMagic = "\x93NUMPY\x01\x00"

var npyShape = regexp.MustCompile(`^\{'descr': '<f4', 'fortran_order': False, 'shape': \((\d+), (\d+)\), \} *\n$`)

// ReadScores reads what WriteScores wrote: n rows of c scores.
//
// Errors: the file does not exist (fs.ErrNotExist); it is no n by c array of float32; it is cut short or too long.
func ReadScores(file string) (scores []float32, n, c int, err error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, 0, 0, fmt.Errorf("classify: scores: %w", err)
	}
	rest, ok := bytes.CutPrefix(data, []byte(npyMagic))
	if !ok || len(rest) < 2 {
		return nil, 0, 0, fmt.Errorf("classify: %s is no .npy file of version 1.0", file)
	}
	header, rest := int(binary.LittleEndian.Uint16(rest)), rest[2:]
	if len(rest) < header {
		return nil, 0, 0, fmt.Errorf("classify: %s is cut short within its header", file)
	}
	shape := npyShape.FindSubmatch(rest[:header])
	if shape == nil {
		return nil, 0, 0, fmt.Errorf("classify: %s holds %q; want a two-dimensional array of float32 ('<f4') in C order", file, bytes.TrimSpace(rest[:header]))
	}
	n, err1 := strconv.Atoi(string(shape[1]))
	c, err2 := strconv.Atoi(string(shape[2]))
	if rest = rest[header:]; errors.Join(err1, err2) != nil || len(rest)%4 != 0 || !isProduct(len(rest)/4, n, c) {
		return nil, 0, 0, fmt.Errorf("classify: %s holds %d bytes of scores; want %s x %s of 4 bytes each", file, len(rest), shape[1], shape[2])
	}
	scores = make([]float32, n*c)
	for i := range scores {
		scores[i] = math.Float32frombits(binary.LittleEndian.Uint32(rest[4*i:]))
	}
	return scores, n, c, nil
}

// isProduct reports whether n·c is total, without overflow.
func isProduct(total, n, c int) bool {
	if n == 0 || c == 0 {
		return total == 0
	}
	return total%n == 0 && total/n == c
}

// syncPath makes a file or the entries of a folder durable.
func syncPath(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
