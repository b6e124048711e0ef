package auth

import (
	"encoding/binary"
	"encoding/hex"
	"math/rand/v2"
)

// longestID is how long an id may be.
const longestID = 128

// RequestIDHeader is the header, and the key in gRPC's metadata, that carries a request's id both ways.
const RequestIDHeader = "x-request-id"

// RequestID returns the id of a request: the first candidate that is not empty, or a new one where there is none or
// where that one has other characters than letters, digits, ".", "_" and "-", or too many of them.
func RequestID(candidates ...string) string {
	for _, id := range candidates {
		if id == "" {
			continue
		}
		if validID(id) {
			return id
		}
		break
	}
	return newID()
}

func validID(id string) bool {
	if len(id) > longestID {
		return false
	}
	for i := range len(id) {
		c := id[i]
		letter := 'a' <= c|0x20 && c|0x20 <= 'z'
		if !letter && (c < '0' || c > '9') && c != '.' && c != '_' && c != '-' {
			return false
		}
	}
	return true
}

// newID returns 16 random hexadecimal digits. An id is a name, not a secret.
func newID() string {
	var random [8]byte
	binary.BigEndian.PutUint64(random[:], rand.Uint64())
	return hex.EncodeToString(random[:])
}
