# The image of okrsync: one static program on an empty file system, with the certificates
# and time zones that it needs in itself. It runs as a user without a name, needs no shell,
# and writes only below /data, for which a volume is mounted (sheets, results, an inbox),
# and for standard input to /tmp.
#
#   docker build --build-arg VERSION=v0.1.0 -t okrsync .
#   docker run --rm --user "$(id -u):$(id -g)" -v "$PWD:/data" -e FEISHU_APP_ID -e FEISHU_APP_SECRET \
#     okrsync sync --source ID --table ID values.xlsx
#
# deploy/release makes the same image without a container engine, and a test there holds
# the two against each other.

FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY cmd cmd
COPY feishu feishu
COPY source source
COPY sync sync
ARG VERSION=devel
ARG COMMIT=
ARG DATE=
RUN CGO_ENABLED=0 go build -trimpath -buildvcs=false \
      -ldflags "-s -w -X main.release=${VERSION} -X main.commit=${COMMIT} -X main.date=${DATE}" -o /image/okrsync ./cmd/okrsync \
 && install -d -o 65532 -g 65532 /image/data \
 && install -d -m 1777 /image/tmp

FROM scratch
ARG VERSION=devel
ARG COMMIT=
ARG DATE=
LABEL org.opencontainers.image.created="${DATE}" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.revision="${COMMIT}" \
      org.opencontainers.image.title="okrsync" \
      org.opencontainers.image.version="${VERSION}"
COPY --from=build /image/ /
USER 65532:65532
WORKDIR /data
ENTRYPOINT ["/okrsync"]
