// Package auth says who may ask what: bearer tokens with rights, TLS, and the ids of requests. Both transports use it.
package auth
