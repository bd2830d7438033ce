# The image of okrsync: one static program on an empty file system, with the CA
# certificates and time zones it needs. It runs as a user without a name, needs
# no shell, and writes only below /data and, for standard input, /tmp.
#
#   docker build --build-arg VERSION=v0.1.0 -t okrsync .
#   docker run --rm --user "$(id -u):$(id -g)" -v "$PWD:/data" -e FEISHU_APP_ID -e FEISHU_APP_SECRET \
#     okrsync sync --source ID --table ID values.xlsx

FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY cmd cmd
COPY feishu feishu
COPY source source
COPY sync sync
ARG VERSION=devel
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.release=${VERSION}" -o /image/okrsync ./cmd/okrsync \
 && mkdir -p /image/etc/ssl/certs /image/usr/share /image/data \
 && cp /etc/ssl/certs/ca-certificates.crt /image/etc/ssl/certs/ \
 && cp "$(go env GOROOT)/lib/time/zoneinfo.zip" /image/usr/share/ \
 && install -d -m 1777 /image/tmp \
 && chown 65532:65532 /image/data

FROM scratch
COPY --from=build /image/ /
ENV ZONEINFO=/usr/share/zoneinfo.zip
USER 65532:65532
WORKDIR /data
ENTRYPOINT ["/okrsync"]
