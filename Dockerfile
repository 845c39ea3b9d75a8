# vidgist in a small image, for one user without rights:
#   docker build -t vidgist .
#   docker run --rm -v "$PWD:/videos" vidgist summarize talk.mp4
FROM python:3.12-slim AS build
WORKDIR /source
COPY pyproject.toml README.md LICENSE ./
COPY src ./src
RUN python -m venv /opt/vidgist && /opt/vidgist/bin/pip install --no-cache-dir .

FROM python:3.12-slim
COPY --from=build /opt/vidgist /opt/vidgist
ENV PATH="/opt/vidgist/bin:$PATH" VIDGIST_CACHE=/tmp/vidgist
RUN useradd --create-home --uid 1000 vidgist
USER 1000
WORKDIR /videos
ENTRYPOINT ["vidgist"]
CMD ["--help"]
