<?php

declare(strict_types=1);

namespace Vitrina\Assistant\ViewModel;

use Magento\Framework\App\RequestInterface;
use Magento\Framework\View\Element\Block\ArgumentInterface;
use Magento\Store\Model\StoreManagerInterface;
use Vitrina\Assistant\Model\Config;

/**
 * The assistant's script tag on the page at hand.
 */
class Assistant implements ArgumentInterface
{
    public function __construct(
        private readonly Config $config,
        private readonly StoreManagerInterface $stores,
        private readonly RequestInterface $request
    ) {
    }

    /**
     * Its attributes as they are meant, to be escaped by whoever writes them; null where there is to be no tag.
     *
     * @param string $page What the page shows by the `id` of its request: `product`, `category`, or nothing of either.
     * @return array<string, string>|null
     */
    public function attributes(string $page = ''): ?array
    {
        $url = $this->config->url();
        if ($url === null) {
            return null;
        }
        $build = $this->config->build();
        $attributes = [
            'src' => $url . ($build === null ? '/widget.js' : '/widget/' . $build . '/widget.js'),
            'integrity' => $build === null ? null : $this->config->integrity(),
            'crossorigin' => $build === null ? null : 'anonymous',
            'data-store' => $this->config->store() ?? strtolower($this->stores->getStore()->getCode()),
            'data-color' => $this->config->color(),
            'data-theme' => $this->config->theme(),
            'data-position' => $this->config->position(),
            'data-launcher' => $this->config->launcher(),
            'data-privacy-url' => $this->config->privacyUrl(),
            'data-product-id' => $page === 'product' ? $this->id() : null,
            'data-category-id' => $page === 'category' ? $this->id() : null,
            'async' => 'async',
        ];

        return array_filter($attributes, static fn (?string $value): bool => $value !== null);
    }

    private function id(): ?string
    {
        $id = $this->request->getParam('id');

        return is_scalar($id) && (int) $id > 0 ? (string) (int) $id : null;
    }
}
